import { overlaps, rejected, type Candidate, type Circumstance } from "./candidate.ts";
import { emailKey } from "./email-key.ts";
import { emailOwner } from "./email-owner.ts";
import { foldWidth } from "./fold-width.ts";
import { keepOne } from "./keep-one.ts";
import { wordAt, type Reading } from "./reading.ts";
import { spokenAddresses } from "./spoken-emails.ts";
import { suggestDomain } from "./suggest-domain.ts";
import { typedAddresses } from "./typed-emails.ts";

const MAY_HOLD = /@|\b(?:at|dot|arroba|arobase)\b|mail|yahoo|outlook|icloud/i;
const SPEAKS_OF_MAIL = /\be-?mail|\bmail\b|\baddress\b|\breach me\b|\bcontact\b/i;
const PROVIDER = /(?:gmail|yahoo|hotmail|outlook|icloud|protonmail)(?:\.?[a-z]{2,4})?(?:\.[a-z]{2})?$/i;

/** Finds the emails in a text, in order: typed ones, and spoken ones ("mike at gmail dot com"). Values are canonical
 *  (`emailKey`). At most one is taken; attempts that are no address are found too, and rejected. Never throws. */
export function findEmails(reading: Reading, about: Circumstance): readonly Candidate[] {
  const folded = foldWidth(reading.text);
  if (!MAY_HOLD.test(folded)) return [];
  const found: Candidate[] = [];
  const spoken = spokenAddresses(reading, about.asked || SPEAKS_OF_MAIL.test(folded));
  for (const said of spoken) {
    const key = emailKey(`${said.local}@${said.domain}`);
    if (key === null) continue;
    const candidate = accepted(key, said.start, said.end, "email/spoken");
    found.push(said.partial ? rejected(candidate, "incomplete") : candidate);
  }
  for (const address of typedAddresses(folded)) {
    if (found.some(({ span }) => overlaps(span, address))) continue;
    const candidate = judge(address, about.asked);
    if (candidate !== null) found.push(candidate);
  }
  if (found.length === 0 && about.asked) found.push(...attempts(reading));
  const ordered = found.toSorted((a, b) => a.span.start - b.span.start);
  const owned = ordered.map((candidate) => own(reading, candidate, about.asked));
  return keepOne(reading, owned, about.signals);
}

function accepted(key: string, start: number, end: number, extractor: string): Candidate {
  const domain = key.slice(key.indexOf("@") + 1);
  const suggested = suggestDomain(domain);
  const suggestion = suggested === null ? {} : { suggestion: key.slice(0, key.indexOf("@") + 1) + suggested };
  return { value: key, span: { start, end }, extractor, ...suggestion, reason: null };
}

function judge(
  address: { start: number; end: number; local: string; domain: string },
  asked: boolean,
): Candidate | null {
  const { start, end, local, domain } = address;
  const typed = `${local}@${domain}`;
  const key = emailKey(typed);
  if (key !== null) return accepted(key, start, end, "email/address");
  const whole = local !== "" && domain !== "";
  // "@mike" and "3 @ 5" are no attempts unless an address is wanted; "mike@gmail" is one anywhere.
  if (!whole && !asked) return null;
  const reason = whole && domain.includes(".") ? "malformed" : "incomplete";
  return { value: typed, span: { start, end }, extractor: "email/address", reason };
}

/** What was meant for an address although it has no @: "mike gmail.com", "mike at gmail". */
function attempts(reading: Reading): readonly Candidate[] {
  for (let i = 0; i < reading.words.length; i++) {
    const word = reading.words[i];
    if (word === undefined || !PROVIDER.test(word.lower)) continue;
    const next = reading.words[i + 1];
    const glued = next !== undefined && next.gap === "." ? next : word;
    const previous = reading.words[i - 1];
    // "mike @ gmail"
    const isSigned = word.gap.trim() === "@";
    const atBefore = isSigned ? previous : previous?.lower === "at" ? reading.words[i - 2] : undefined;
    const from = atBefore ?? (previous !== undefined && word.gap === " " && glued !== word ? previous : word);
    if (glued === word && atBefore === undefined && PROVIDER.exec(word.lower)?.index === 0) continue;
    const span = { start: from.start, end: glued.end };
    const reason = atBefore === undefined ? "malformed" : "incomplete";
    return [{ value: reading.text.slice(span.start, span.end), span, extractor: "email/attempt", reason }];
  }
  return [];
}

function own(reading: Reading, candidate: Candidate, asked: boolean): Candidate {
  if (candidate.reason !== null) return candidate;
  const word = reading.words[wordAt(reading, candidate.span.start)];
  const question = reading.sentences[word?.sentence ?? 0]?.question ?? false;
  const local = candidate.value.slice(0, candidate.value.indexOf("@"));
  const reason = emailOwner(reading.text, candidate.span, local, { asked, question });
  return reason === null ? candidate : rejected(candidate, reason);
}
