import { CANDIDATES_MAX, overlaps, rejected, type Candidate, type Circumstance } from "./candidate.ts";
import { chooseName, type Weighed } from "./choose-name.ts";
import { displayName } from "./display-name.ts";
import { answered, leading, signed, spelledOut, surnameFirst } from "./name-answers.ts";
import { mended, putRight } from "./name-corrections.ts";
import { joined, joinFirstAndLast, type JoinedName } from "./joined-names.ts";
import { findCues, WHO_LAST } from "./name-cue-table.ts";
import { pointedAt } from "./name-cues.ts";
import { endsSentence, isMarked, isNameShaped, openPage, type Page } from "./name-page.ts";
import type { NameWords } from "./name-parts.ts";
import { wordAt as wordAtOffset, type Reading, type Word } from "./reading.ts";
import { isNoName, isUnspaced, nameInside } from "./unspaced-names.ts";
import type { Span } from "./understanding.ts";
import { isCommon, wordKind } from "./vocabulary.ts";

/** Finds the customer's own name: by cues ("this is …", "… here", "book it under …"), as the answer when the name was
 *  asked for, as a signature, or in front of other details ("Asha and 98400 12345"). At most one is taken. The value is
 *  the name without title, in capitals where the customer typed none (`displayName`). Never throws. */
export function findNames(reading: Reading, about: Circumstance): readonly Candidate[] {
  if (reading.words.length === 0) return [];
  const page = openPage(reading);
  const found: Weighed[] = [];
  const places = findCues(reading);
  if (places.length > 0) {
    for (const name of cuedNames(page, places, about)) {
      const candidate = fromCue(page, name);
      if (candidate !== null) found.push(candidate);
    }
  }
  addUnspaced(reading, found);
  addWithoutCue(page, about, found);
  if (found.length === 0) return found;
  return chooseName(reading, found, about);
}

function cuedNames(
  page: Page,
  places: ReturnType<typeof findCues>,
  about: Circumstance,
): readonly JoinedName[] {
  const asked = { name: about.asked, other: !about.asked && asksForOther(about.previous) };
  const cued = places.flatMap(({ index, cue }) => pointedAt(page, index, cue, asked) ?? []);
  return cued.length > 1 ? joinFirstAndLast(cued) : cued;
}

const OTHERS =
  /\bwho(?:'s| is| was) (?:your|the|his|her)\b|\b(?:contact|recipient|receiver|payee|beneficiary|friend|doctor|dentist|therapist|stylist|provider|salon|restaurant|hotel|company|business|pet|dog|cat)(?:'s)? name\b/i;

/** "Who is your doctor?", "the contact's name, please": what is told then is not the customer's name. */
function asksForOther(previous: string | null): boolean {
  return previous !== null && OTHERS.test(previous);
}

/** Adds names by their place alone, where no cue has taken it. */
function addWithoutCue(page: Page, about: Circumstance, found: Weighed[]): void {
  const { reading } = page;
  const add = (candidate: Weighed) => {
    if (!found.some((one) => one.reason === null && overlaps(one.span, candidate.span)))
      found.push(candidate);
  };
  const corrected = putRight(page);
  if (corrected !== null) {
    add({ ...toCandidate(reading, corrected.right, "name/correction"), weight: 2 });
    add({ ...rejected(toCandidate(reading, corrected.wrong, "name/correction"), "negated"), weight: 0 });
  }
  if (about.asked) {
    const answer = fromAnswer(page, about);
    const taken = found.some(({ reason }) => reason === null);
    if (answer !== null && (!taken || answer.reason === null)) add(answer);
  }
  for (const { right, weight } of mendedNames(page, found))
    add({ ...toCandidate(reading, right, "name/correction"), weight });
  const signature = signed(page);
  if (signature !== null) add({ ...toCandidate(reading, signature, "name/signature"), weight: 0 });
  const lead = leading(page);
  if (lead !== null) add({ ...toCandidate(reading, lead, "name/leading"), weight: 0 });
}

const ANSWER_WORDS_MAX = 3; // more words that hold no name are no attempt at one

/** "My name is Lisa, sorry Liza": names put right behind where they were taken. */
function mendedNames(
  page: Page,
  found: readonly Weighed[],
): readonly { right: NameWords; weight: Weighed["weight"] }[] {
  return found
    .filter(({ reason }) => reason === null)
    .flatMap(({ span, weight }) => {
      const first = wordAtOffset(page.reading, span.start);
      const last = wordAtOffset(page.reading, span.end) - 1;
      const right = last < first ? null : mended(page, { first, last });
      return right === null ? [] : [{ right, weight }];
    });
}

/** What answers the question; where nothing does, the word at which a name was looked for. */
function fromAnswer(page: Page, about: Circumstance): Weighed | null {
  const { reading } = page;
  const spelled = spelledOut(page);
  if (spelled !== null) return { ...spelled, weight: 1 };
  const { words, at, asks } = answered(page);
  // "Lena, but I'd rather not give my number": a refusal leaves a known name standing.
  if (about.signals.has("refusal") && !startsWithName(reading, words)) return null;
  const first = reading.words[words?.first ?? at];
  if (words === null || first === undefined || isNoName(reading.text, first)) {
    if (reading.words.length > ANSWER_WORDS_MAX && !mightBeName(page, at)) return null;
    return { ...rejected(wordAt(reading, at, "name/answer"), "not_a_name"), weight: 0 };
  }
  const surname = surnameFirst(page, words);
  const candidate =
    surname === null
      ? toCandidate(reading, words, "name/answer")
      : joined(
          reading.text,
          toCandidate(reading, surname, "name/answer"),
          toCandidate(reading, words, "name/answer"),
        );
  const weight = endsSentence(page, (surname ?? words).last) ? 2 : 0;
  return { ...(asks ? rejected(candidate, "in_question") : candidate), weight };
}

function startsWithName({ words }: Reading, name: NameWords | null): boolean {
  return name !== null && name.first === 0 && wordKind(words[name.first]?.lower ?? "") === "name";
}

function toCandidate(reading: Reading, words: NameWords, extractor: string): Candidate {
  const start = reading.words[words.first]?.start ?? 0;
  const last = reading.words[words.last];
  const end = (last?.end ?? 0) + (keepsStop(reading, words.last) ? 1 : 0);
  const span = trimmed(reading.text, { start, end }, last);
  return { value: displayName(reading.text.slice(span.start, span.end)), span, extractor, reason: null };
}

/** The full stop of "T.J." and "Jr." belongs to the name. */
function keepsStop({ text, words }: Reading, last: number): boolean {
  const word = words[last];
  if (word === undefined || text.charAt(word.end) !== ".") return false;
  return word.lower === "jr" || word.lower === "sr" || (word.end - word.start === 1 && word.gap === ".");
}

/** Without what some scripts write onto a name: "です", "ครับ". */
function trimmed(text: string, span: Span, last: Span | undefined): Span {
  if (last === undefined || !isUnspaced(text.charCodeAt(last.start))) return span;
  const inside = nameInside(text, last)?.span;
  if (inside === undefined) return span;
  return { start: span.start === last.start ? inside.start : span.start, end: inside.end };
}

function wordAt(reading: Reading, at: number, extractor: string): Candidate {
  return toCandidate(reading, { first: at, last: at }, extractor);
}

function fromCue(page: Page, name: JoinedName): Weighed | null {
  const { reading } = page;
  const extractor = `name/cue:${name.cue.name}`;
  if (name.words === null) {
    const word = reading.words[name.at];
    if (word === undefined) return null;
    if (!isNameShaped(word) || !mightBeName(page, name.at)) return null;
    return { ...rejected(wordAt(reading, name.at, extractor), name.reason ?? "not_a_name"), weight: 0 };
  }
  const own = toCandidate(reading, name.words, extractor);
  const apart = name.apart === undefined ? null : toCandidate(reading, name.apart, extractor);
  const isLast = WHO_LAST.test(name.cue.name);
  const candidate = apart === null ? own : joined(reading.text, isLast ? apart : own, isLast ? own : apart);
  const sure = name.cue.certainty === "strong" || name.cue.name === "under";
  const weight = isWish(reading, name) ? 3 : sure ? 2 : 1;
  if (name.reason !== null) return { ...rejected(candidate, name.reason), weight };
  const asks =
    weight === 1 && reading.sentences[reading.words[name.words.last]?.sentence ?? 0]?.question === true;
  const inQuestion = asks && name.cue.certainty === "weak" && endsSentence(page, name.words.last);
  return { ...(inQuestion ? rejected(candidate, "in_question") : candidate), weight };
}

const WISHES = new Set(["call_me", "refer_to_me_as", "address_me_as", "is_what_you_can_call_me"]);
const CALLERS = new Set(
  "they people everyone everybody friends mates family folks colleagues kids parents all".split(" "),
);

/** "My name is Robert, but call me Bob" wants to be called so; "my friends call me Bob" only tells, and "you can call me Bob"
 *  only allows it, unless a "but" makes it a wish. */
function isWish({ words }: Reading, { cue, words: name }: JoinedName): boolean {
  if (name === null || !WISHES.has(cue.name)) return false;
  const at = name.first - cue.words.length;
  const before = words[at - 1]?.lower ?? "";
  if (before === "can" || before === "may") return words[at - 3]?.lower === "but";
  return !CALLERS.has(before);
}

/** "I'm looking for …", "call me pls": not worth a word; "I'm Zyphron's" is. */
function mightBeName(page: Page, at: number): boolean {
  const lower = page.reading.words[at]?.lower ?? "";
  const kind = wordKind(lower);
  return isMarked(page, at) || (!isCommon(lower) && (kind === "unknown" || kind === "either"));
}

/** Adds names with the cue written onto them: "私は田中です". */
function addUnspaced({ text, words }: Reading, found: Weighed[]): void {
  for (let k = 0; k < words.length && found.length < CANDIDATES_MAX; k++) {
    const word = words[k];
    if (word === undefined || !isUnspaced(text.charCodeAt(word.start))) continue;
    const inside = nameInside(text, word);
    if (inside?.certainty !== "strong") continue;
    const span = { start: inside.span.start, end: familyName(text, word, words[k + 1]) ?? inside.span.end };
    const value = text.slice(span.start, span.end);
    found.push({ value, span, extractor: "name/cue:written_on", reason: null, weight: 2 });
  }
}

/** Thai sets a space between given and family name: where the latter ends. */
function familyName(text: string, word: Word, next: Word | undefined): number | null {
  const inThai = /^\p{Script=Thai}/u.test(text.slice(word.start, word.end));
  if (!inThai || next?.gap !== " " || next.sentence !== word.sentence) return null;
  return nameInside(text, next)?.span.end ?? null;
}
