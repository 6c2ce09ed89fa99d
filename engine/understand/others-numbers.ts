import { gapAfter, wordAt, type Reading } from "./reading.ts";
import type { Span } from "./understanding.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const CONTACTS = words("text texts sms call calls message messages voicemail voicemails whatsapp");
const GETTING = words(
  "a an the another some any this these got get getting receive received missed had your",
);
/** Of the one who called; "call me" asks for a call, and is left out. */
const CONTACTED = words("called calls calling texted texts texting rang phoned messaged messaging ringing");
const LINKS = words("keeps kept keep has have had been just is was that who which also already always");
const LINKS_MAX = 4;
const ME = words("me us");
const WHOSE = words("yours hers theirs");
const THEY = words("he she they he's she's they're");
const NOT_PEOPLE = words(
  "number phone mobile cell line landline best contact easiest office work address code booking order",
);

/** Whose number it is where no word calls it a number: of who called or texted ("a text from …", "… keeps calling me"), of a
 *  third person ("the plumber is on …"), or the one that the customer asks after ("is this yours: …", "who is …"); null otherwise. */
export function somebodyElses(
  reading: Reading,
  span: Span,
): { readonly says: "someone_else" | "recipient"; readonly word: string } | null {
  const at = wordAt(reading, span.start);
  const before = (back: number): string => {
    const word = reading.words[at - back];
    return word !== undefined && word.sentence === reading.words[at]?.sentence ? word.lower : "";
  };
  if (before(1) === "from" && CONTACTS.has(before(2)) && GETTING.has(before(3)))
    return { says: "recipient", word: before(2) };
  if (before(1) === "who's" || (before(1) === "is" && before(2) === "who"))
    return { says: "someone_else", word: "who" };
  if (WHOSE.has(before(1))) return { says: "someone_else", word: before(1) };
  if (before(1) === "on" || before(1) === "at") {
    const third = thirdPerson(before(2), before(3), before(4));
    if (third !== null) return { says: "someone_else", word: third };
  }
  const caller = callerBehind(reading, span);
  return caller === null ? null : { says: "someone_else", word: caller };
}

/** "the plumber is on", "he's at"; "the best number is on" is no person. */
function thirdPerson(last: string, middle: string, first: string): string | null {
  if (THEY.has(last)) return last;
  if (last !== "is" && last !== "are") return null;
  if (THEY.has(middle)) return middle;
  return first === "the" && middle !== "" && !NOT_PEOPLE.has(middle) ? middle : null;
}

/** "… called me", "… keeps calling me", "… yours?" right behind the number. */
function callerBehind(reading: Reading, span: Span): string | null {
  const next = wordAt(reading, span.end);
  if (next === 0 || !/^\s+$/.test(gapAfter(reading, next - 1))) return null;
  for (let i = next; i < next + LINKS_MAX; i++) {
    const lower = reading.words[i]?.lower ?? "";
    if (CONTACTED.has(lower)) return ME.has(reading.words[i + 1]?.lower ?? "") ? lower : null;
    if (i === next && WHOSE.has(lower)) return lower;
    if (!LINKS.has(lower)) return null;
  }
  return null;
}
