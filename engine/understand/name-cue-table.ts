import type { Certainty } from "./name-parts.ts";
import type { Reading } from "./reading.ts";
import { isListed } from "./vocabulary.ts";

/** Words that say that the customer's name stands before or behind them. */
export interface Cue {
  readonly words: readonly string[];
  readonly certainty: Certainty;
  readonly side: "before" | "behind";
  readonly name: string;
}

function cues(certainty: Certainty, side: Cue["side"], phrases: string): readonly Cue[] {
  return phrases
    .split(",")
    .map((phrase) => phrase.trim())
    .map((phrase) => ({
      words: phrase.split(" "),
      certainty,
      side,
      name: phrase.replace(/[^\p{L}\p{M}\d]+/gu, "_"),
    }));
}

const CUES: readonly Cue[] = [
  ...cues("strong", "before",
    "my name is, my name's, my names, my names is, my name, my name was, my name would be, my name will be, my full name is, my full name, my real name is, " +
    "my first name is, my first name's, my given name is, my last name is, my last name's, my last name, my family name is, my surname is, my second name is, " +
    "my nameis, myname is, mynameis, my nickname is, name will be, name should be, name would be, the name is, the name's, the names, name is, name's, names, " +
    "name, name as, name was, full name is, full name, first name is, first name, given name is, given name, last name is, last name, family name is, " +
    "family name, surname is, surname, first, last, i am called, i'm called, im called, call me, calls me, i am known as, im known as, i'm known as, named me, " +
    "under the name of, under the name, under name of, under name, in the name of, in name of, on the name of, on the name, on name, use the name, " +
    "by the name of, by the name, and the name of, in the name, with the name of, with the name, to the name of, for the name of, on behalf of, " +
    "on the booking is, on the reservation is, on the account is, for the booking is, for the reservation is, of the booking is, of the reservation is, " +
    "booked as, booked in as, listed as, registered as, down as, reserved as, signed up as, refer to me as, address me as, " +
    "you're speaking with, you're speaking to, you are speaking with, you are speaking to, you're talking to, you are talking to, " +
    "me llamo, mi nombre es, je m'appelle, mon nom est, ich heiße, ich heisse, mein name ist, meu nome é, me chamo, mi chiamo, il mio nome è, nama saya, " +
    "tên tôi là, tôi tên là, tôi tên, tên của tôi là, mình tên là, mình tên, em tên là, em tên, tên em là, mam na imię, nazywam się, moje imię to, ik heet, jag heter, mitt namn är, jeg heter, adım, benim adım, " +
    "меня зовут, мене звати, моё имя, мое имя, με λένε, ονομάζομαι, το όνομά μου είναι, اسمي, اسمي هو, إسمي, אני, שמי, השם שלי, השם שלי הוא, मेरा नाम, मेरा नाम है, " +
    "제 이름은, 내 이름은, 이름은, ชื่อ, ผมชื่อ, ฉันชื่อ, ดิฉันชื่อ, หนูชื่อ, 我叫, 名前は, 私の名前は"),
  ...cues("booking", "before", "under, for, by"),
  ...cues("weak", "before",
    "i go by, it's me, its me, this is me, i'm, im, i am, i m, am, this is, it's, its, it is, is is, myself, this is actually, soy, je suis, ich bin, tôi là, " +
    "em là, είμαι ο, είμαι η, это"),
  ...cues("strong", "behind",
    "is my name, is my full name, is my first name, is my last name, is my family name, is my second name, is my surname, is my given name, is the name, that is my name, " +
    "that's my name, thats my name, is what you can call me, is what they call me, is the reservation name, is the booking name, is the name on the reservation, is the name on the booking"),
  ...cues("weak", "behind", "here, speaking, calling, this side, on the line"),
  ...cues("booking", "behind", "party, reservation, booking, table"),
].toSorted((a, b) => b.words.length - a.words.length); // prettier-ignore

/** Cues by their first word: one look-up a word. */
const BY_FIRST_WORD: ReadonlyMap<string, readonly Cue[]> = new Map(
  CUES.map(({ words }) => [words[0] ?? "", CUES.filter((cue) => cue.words[0] === words[0])]),
);

export const WHO_FIRST = /^(?:my_)?(?:first|given)(?:_name|$)/;
export const WHO_LAST = /^(?:my_)?(?:last$|last_name|family_name|surname|second_name)/;

/** Places in a text where the words of a cue stand. Settles a text without any in one look-up a word. */
export function findCues({ words }: Reading): readonly { cue: Cue; index: number }[] {
  const found: { cue: Cue; index: number }[] = [];
  for (let i = 0; i < words.length && found.length < PLACES_MAX; i++) {
    const candidates = BY_FIRST_WORD.get(words[i]?.lower ?? "");
    const cue = candidates?.find((one) => standsAt(words, i, one));
    if (cue === undefined) continue;
    found.push({ cue, index: i });
    if (cue.side === "before") i += cue.words.length - 1;
  }
  return found;
}

const PLACES_MAX = 60;

function standsAt(words: Reading["words"], index: number, cue: Cue): boolean {
  for (let k = 1; k < cue.words.length; k++) {
    const word = words[index + k];
    if (word === undefined || (word.lower !== cue.words[k] && !isMistyped(cue, k, word.lower))) return false;
    if (word.gap !== " " && !/^\s+$/.test(word.gap)) return false;
  }
  return true;
}

/** "my nmae is": one slip in the word that the cue is about. */
function isMistyped({ words }: Cue, k: number, lower: string): boolean {
  return k === 1 && words[0] === "my" && words[1] === "name" && words[2] === "is" && MISTYPED.has(lower);
}

const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"];
const MISTYPED: ReadonlySet<string> = new Set(
  [0, 1, 2, 3]
    .flatMap((k) => {
      const [before, behind] = ["name".slice(0, k), "name".slice(k + 1)];
      const swapped = `${before}${behind.charAt(0)}${"name".charAt(k)}${behind.slice(1)}`;
      return [
        swapped,
        before + behind,
        ...LETTERS.flatMap((letter) => [before + letter + behind, before + letter + "name".slice(k)]),
      ];
    })
    .filter((word) => !isListed(word)),
);
