import { overlaps, rejected, type Candidate, type Circumstance } from "./candidate.ts";
import { displayName } from "./display-name.ts";
import { keepOne } from "./keep-one.ts";
import { cuedNames, skipOpening, type CuedName } from "./name-cues.ts";
import { endsClause, isCapitalised, readName, type NameWords } from "./name-words.ts";
import { gapAfter, read, type Reading } from "./reading.ts";
import { wordKind } from "./vocabulary.ts";

/** Finds the customer's own name: by cues ("this is …", "… here", "book it under …"), as the answer when the name was
 *  asked for, as a signature, or in front of other details ("Asha and 98400 12345"). At most one is taken. The value is
 *  the name without title, in capitals where the customer typed none (`displayName`). Never throws. */
export function findNames(reading: Reading, about: Circumstance): readonly Candidate[] {
  if (reading.words.length === 0) return [];
  const cued = joinFirstAndLast(reading, cuedNames(reading, about.asked));
  const agent = agentWords(about.previous);
  const found: Candidate[] = [];
  for (const name of cued) {
    const candidate = fromCue(reading, name, agent);
    if (candidate !== null) found.push(candidate);
  }
  for (const other of [answered(reading, about), signed(reading), leading(reading)]) {
    if (other === null || found.some((one) => overlaps(one.span, other.span) && one.reason === null))
      continue;
    found.push(isAgent(reading.text, other, agent) ? rejected(other, "agent_name") : other);
  }
  return keepBest(reading, found, about);
}

function toCandidate(reading: Reading, words: NameWords, extractor: string): Candidate {
  const start = reading.words[words.first]?.start ?? 0;
  const end = reading.words[words.last]?.end ?? 0;
  return {
    value: displayName(reading.text.slice(start, end)),
    span: { start, end },
    extractor,
    reason: null,
  };
}

function fromCue(reading: Reading, name: CuedName, agent: ReadonlySet<string>): Candidate | null {
  if (name.words === null) {
    const word = reading.words[name.at];
    if (name.certainty !== "strong" || word === undefined || !name.cue.startsWith("cue:my_name")) return null;
    return rejected(
      toCandidate(reading, { first: name.at, last: name.at }, `name/${name.cue}`),
      "not_a_name",
    );
  }
  const candidate = joined(reading, name, toCandidate(reading, name.words, `name/${name.cue}`));
  if (name.reason !== null) return rejected(candidate, name.reason);
  if (name.certainty === "weak") {
    if (isAgent(reading.text, candidate, agent)) return rejected(candidate, "agent_name");
    const sentence = reading.sentences[reading.words[name.words.last]?.sentence ?? 0];
    if (sentence?.question === true && sentence.last === name.words.last)
      return rejected(candidate, "in_question");
  }
  return candidate;
}

function joined(reading: Reading, { apart }: CuedName, first: Candidate): Candidate {
  if (apart === undefined) return first;
  const last = toCandidate(reading, apart, first.extractor);
  return {
    ...last,
    value: `${first.value} ${last.value}`,
    span: { start: first.span.start, end: last.span.end },
  };
}

/** "First name Lena, last name Okoro" is one name. */
function joinFirstAndLast(reading: Reading, cued: readonly CuedName[]): readonly CuedName[] {
  const first = cued.find(({ cue, words }) => cue.includes("first_name") && words !== null);
  if (first === undefined || first.words === null) return cued;
  for (let i = first.words.last + 1; i <= Math.min(first.words.last + 5, reading.words.length - 2); i++) {
    const lower = reading.words[i]?.lower;
    let at =
      lower === "surname" ? i + 1 : lower === "last" && reading.words[i + 1]?.lower === "name" ? i + 2 : -1;
    if (at < 0) continue;
    if (reading.words[at]?.lower === "is") at += 1;
    const apart = readName(reading, at, "strong");
    if (apart === null) break;
    const joined: CuedName = { ...first, apart };
    return [...cued.filter(({ at: other }) => other < first.at || other > apart.last), joined];
  }
  return cued;
}

/** The answer to "what is your name?": a name at the beginning of one of the first sentences. */
function answered(reading: Reading, about: Circumstance): Candidate | null {
  if (!about.asked || about.signals.has("refusal")) return null;
  for (let k = 0; k < Math.min(2, reading.sentences.length); k++) {
    const sentence = reading.sentences[k];
    const at = skipOpening(reading, k);
    if (sentence === undefined || at > sentence.last) continue;
    const words = isThanked(reading, at) ? null : readName(reading, at, "asked");
    if (words === null || words.last > sentence.last) continue;
    const candidate = toCandidate(reading, words, "name/answer");
    if (sentence.question && words.last === sentence.last) return rejected(candidate, "in_question");
    return candidate;
  }
  const only = reading.words.length === 1 ? reading.words[0] : undefined;
  if (only === undefined || /\d/.test(only.lower)) return null;
  return rejected(toCandidate(reading, { first: 0, last: 0 }, "name/answer"), "not_a_name");
}

/** "Thank you Sam" speaks to Sam. */
function isThanked(reading: Reading, at: number): boolean {
  const word = reading.words[at];
  const before = reading.words[at - 1]?.lower;
  const thanks = before === "thanks" || (before === "you" && reading.words[at - 2]?.lower === "thank");
  return word !== undefined && thanks && /^\s+$/.test(word.gap);
}

const CLOSINGS = new Set([
  "thanks",
  "regards",
  "best",
  "cheers",
  "sincerely",
  "you",
  "wishes",
  "yours",
  "faithfully",
  "thx",
  "truly",
]);

/** "Thanks, Mike" and "- Mike" at the very end. */
function signed(reading: Reading): Candidate | null {
  const end = reading.words.length - 1;
  for (let at = end; at >= Math.max(0, end - 2); at--) {
    const word = reading.words[at];
    if (word === undefined || !isCapitalised(reading, word)) return null;
    const before = reading.words[at - 1];
    const dashed = /(?:^|[\s.!?])\s*[-–—]\s*$/.test(word.gap) && /[\n.!?]|^\s+[-–—]\s?$/.test(word.gap);
    const closed =
      before !== undefined && CLOSINGS.has(before.lower) && /^(?:,\s|,?\s*\n\s*[-–—]?\s*)$/.test(word.gap);
    if (!dashed && !closed) continue;
    const words = readName(reading, at, "weak");
    if (words === null || words.last !== end || /[?]/.test(gapAfter(reading, end))) return null;
    return toCandidate(reading, words, "name/signature");
  }
  return null;
}

const DETAILS = new Set(
  (
    "phone mobile cell tel contact email mail ssn pnr account ac acct card id pin password passcode pw dob no " +
    "number my last"
  ).split(" "),
);
const WORDS_MAX = 14; // a list of details is short; a long text is a story

/** A name in front of other details: "rajan 440912", "asha and 9840012345", "Lena Okoro, party of 8". */
function leading(reading: Reading): Candidate | null {
  if (reading.words.length > WORDS_MAX) return null;
  const at = skipOpening(reading, 0);
  const words = readName(reading, at, "asked");
  const first = reading.words[at];
  if (words === null || first === undefined || wordKind(first.lower) === "ordinary") return null;
  if (!endsClause(reading, words.last)) return null;
  const isFull =
    words.last > words.first && wordKind(first.lower) === "name" && isCapitalised(reading, first);
  const listed = isFull && gapAfter(reading, words.last) === ", ";
  return listed || isBeforeDetails(reading, words.last + 1)
    ? toCandidate(reading, words, "name/leading")
    : null;
}

function isBeforeDetails(reading: Reading, index: number): boolean {
  const joined = reading.words[index]?.lower === "and";
  const next = reading.words[joined ? index + 1 : index];
  if (next === undefined) return false;
  const rest = reading.text.slice(next.start);
  const digits = rest.replace(/\D/g, "").length;
  if (/^\d/.test(next.lower))
    return /^\d{4,}$/.test(next.lower) || digits >= 7 || (joined && /[a-z]/.test(next.lower));
  return DETAILS.has(next.lower) && digits >= 2;
}

/** The words of the name that the agent gave: "Hi, I'm Sarah from support". */
function agentWords(previous: string | null): ReadonlySet<string> {
  if (previous === null) return new Set();
  const reading = read(previous);
  const words = cuedNames(reading, false).flatMap(({ words, reason }) =>
    words === null || reason !== null
      ? []
      : reading.words.slice(words.first, words.last + 1).map(({ lower }) => lower),
  );
  return new Set(words);
}

function isAgent(text: string, candidate: Candidate, agent: ReadonlySet<string>): boolean {
  if (agent.size === 0) return false;
  const words = text.slice(candidate.span.start, candidate.span.end).toLowerCase().split(/\s+/);
  return words.every((word) => agent.has(word));
}

const WEAK_CUES =
  /cue:(?:for|by|i_m|im|i_am|this_is|this_is_actually|it_s|its|it_is|it_s_me|its_me|here|call_me|myself|soy)$/;

/** How much a finding is worth against others in the same message. */
function weight({ extractor }: Candidate): number {
  if (!extractor.startsWith("name/cue:")) return 0;
  return WEAK_CUES.test(extractor) ? 1 : 2;
}

/** Takes one name: of those with the surest cue the earliest, or the last when it corrects. */
function keepBest(reading: Reading, found: readonly Candidate[], about: Circumstance): readonly Candidate[] {
  const ordered = found.toSorted((a, b) => a.span.start - b.span.start);
  const best = Math.max(...ordered.filter(({ reason }) => reason === null).map(weight));
  const weighed = ordered.map((candidate) =>
    candidate.reason === null && weight(candidate) < best ? rejected(candidate, "superseded") : candidate,
  );
  return keepOne(reading, weighed, about.signals);
}
