import nlp from "compromise";
import { ALSO_NAMES, COMMON_WORDS, SURNAMES } from "./common-words.ts";

/** How a word is used in English: as a person's name, as an ordinary word, as both ("mark", "rose"), or not at all that
 *  we know of, which is where most of the world's names are. */
export type WordKind = "name" | "either" | "ordinary" | "unknown";

const NAME_TAGS = new Set(["MaleName", "FemaleName", "FirstName", "LastName", "Person"]);
/** Endings of English words that names seldom have; for words that no dictionary knows. */
const WORDLIKE =
  /(?:tion|sion|ment|ness|ful|less|able|ible|ous|ive|ical|ity|ing|ally|edly|ise|ize|ised|ized|ology)s?$/;

/** Ordinary words that stand as a surname behind a first name. */
export function isSurname(lower: string): boolean {
  const kind = wordKind(lower);
  return kind === "name" || kind === "either" || SURNAMES_SET.has(lower);
}

const SURNAMES_SET: ReadonlySet<string> = new Set(SURNAMES);
const COMMON: ReadonlySet<string> = new Set(COMMON_WORDS.filter((word) => !ALSO_NAMES.includes(word)));

// compromise's own dictionary, read once: its model is plain data, and reading it costs no tagging.
const KINDS: ReadonlyMap<string, WordKind> = buildKinds();

/** The kind of a lower-cased word. */
export function wordKind(lower: string): WordKind {
  const kind = KINDS.get(lower);
  if (kind !== undefined) return kind;
  if (lower.length > 4 && lower.endsWith("s") && KINDS.get(lower.slice(0, -1)) === "ordinary")
    return "ordinary";
  if (lower.length > 3 && (WORDLIKE.test(lower) || isDerived(lower))) return "ordinary";
  return isContraction(lower) ? "ordinary" : "unknown";
}

/** "unhappy", "highly", "reopened": an ordinary word with a common prefix or ending. */
function isDerived(lower: string): boolean {
  const stem =
    /^(?:un|non|dis|over|out|mis|re)-?(\w{3,})$/.exec(lower)?.[1] ?? /^(\w{3,}?)(?:ly|ed)$/.exec(lower)?.[1];
  return stem !== undefined && KINDS.get(stem) === "ordinary";
}

/** Whether the dictionary has the word, rather than its ending telling that it is one. */
export function isListed(lower: string): boolean {
  return KINDS.has(lower);
}

/** Whether a word is in English use and is nobody's name. */
export function isOrdinary(lower: string): boolean {
  return wordKind(lower) === "ordinary";
}

/** Words of every chat: they are no part of a name, capital or not. */
export function isCommon(lower: string): boolean {
  return COMMON.has(lower) || isContraction(lower);
}

/** don't, we're, i've, it'll; but o'brien and d'angelo are names. */
function isContraction(lower: string): boolean {
  return /['’](?:t|re|ve|ll|d|s|m|em|all)$/.test(lower);
}

function buildKinds(): Map<string, WordKind> {
  const kinds = new Map<string, WordKind>();
  const { lexicon, switches } = dictionary();
  for (const [word, group] of Object.entries(switches)) {
    if (typeof group === "string" && /^[a-z'-]+$/.test(word)) {
      kinds.set(
        word,
        group.startsWith("Person|") ? "either" : group.includes("Unit") ? "unknown" : "ordinary",
      );
    }
  }
  for (const [word, tags] of Object.entries(lexicon)) {
    if (word.includes(" ") || kinds.get(word) === "either") continue;
    const list: readonly unknown[] = Array.isArray(tags) ? tags : [tags];
    const names = list.filter((tag) => typeof tag === "string" && NAME_TAGS.has(tag)).length;
    kinds.set(word, names === 0 ? "ordinary" : kinds.get(word) === "ordinary" ? "either" : "name");
  }
  for (const word of COMMON_WORDS) kinds.set(word, "ordinary");
  for (const word of ALSO_NAMES) kinds.set(word, "either");
  return kinds;
}

/** The parts of compromise's model that are a dictionary. Its types leave the model open, so it is looked at with care. */
function dictionary(): { lexicon: object; switches: object } {
  const model: unknown = nlp.model();
  return { lexicon: part(part(model, "one"), "lexicon"), switches: part(part(model, "two"), "switches") };
}

function part(whole: unknown, key: string): object {
  const value: unknown = typeof whole === "object" && whole !== null ? Reflect.get(whole, key) : undefined;
  return typeof value === "object" && value !== null ? value : {};
}
