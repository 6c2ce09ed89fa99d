/** Made-up customers with values from very rare to nearly everybody's. The same number is always the same person. */
export interface Person {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly platform: string;
  readonly tags: readonly string[];
  readonly verified: readonly string[];
  readonly firstAt: number;
  readonly lastAt: number;
  readonly conversations: 1 | 3;
}

const GIVEN = ["Maria", "Lena", "Mike", "Ottmar", "Priya", "Kenji", "Anna", "Divya", "Omar", "Ines"];
const SYLLABLES = [
  "ba",
  "do",
  "ki",
  "lu",
  "me",
  "no",
  "pa",
  "ri",
  "su",
  "ta",
  "va",
  "ze",
  "sho",
  "gri",
  "mal",
  "ter",
];
const DAY_MS = 86_400_000;
const YEARS_DAYS = 1_000; // how long ago the first of them came
const BEGIN = Date.UTC(2023, 0, 1);

/** Numbers in [0, 1) that look like chance and are not. */
function chance(index: number, what: number): number {
  let x = Math.imul(index ^ Math.imul(what + 1, 0x9e3779b1), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

/** Family names of three syllables: a few thousand, some shared by one in a thousand. */
function family(index: number): string {
  const syllable = (nth: number) => SYLLABLES[Math.floor(chance(index, nth) * SYLLABLES.length)] ?? "ba";
  const name = syllable(10) + syllable(11) + syllable(12);
  return (name[0] ?? "").toUpperCase() + name.slice(1);
}

export function personOf(index: number): Person {
  // One in five is called Maria, the others by the other names.
  const nth = chance(index, 1) < 0.2 ? 0 : 1 + Math.floor(chance(index, 2) * (GIVEN.length - 1));
  const surname = family(index);
  const firstAt = BEGIN + chance(index, 3) * YEARS_DAYS * DAY_MS;
  const isReturning = chance(index, 4) < 0.2;
  const lacks = chance(index, 5);
  return {
    name: lacks < 0.1 ? null : `${GIVEN[nth]} ${surname}`,
    email: lacks > 0.999 ? null : `${surname.toLowerCase()}.${index}@mail${index % 50}.example`,
    phone: lacks > 0.7 ? null : `+614${String(10_000_000 + ((index * 7919) % 90_000_000)).padStart(8, "0")}`,
    platform: platformOf(chance(index, 6)),
    tags: [
      ...(chance(index, 7) < 0.5 ? ["newsletter"] : []),
      ...(chance(index, 8) < 0.005 ? ["vip"] : []),
      ...(index % 2_500 === 7 ? ["complaint"] : []),
    ],
    verified: chance(index, 9) < 0.1 ? ["email"] : [],
    firstAt: Math.floor(firstAt),
    lastAt: Math.floor(firstAt + (isReturning ? chance(index, 13) * 30 * DAY_MS : 60_000)),
    conversations: isReturning ? 3 : 1,
  };
}

/** Of a million about fifty are on telegram, and nine in ten on the widget. */
function platformOf(part: number): string {
  if (part < 0.000_05) return "telegram";
  return part < 0.9 ? "web_widget" : "line";
}
