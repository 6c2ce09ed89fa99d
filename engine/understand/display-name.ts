/** A name as it is shown: composed (NFC), one blank between words, and capitals where the customer used none, or nothing
 *  else. */
export function displayName(raw: string): string {
  const name = raw.normalize("NFC").replace(/\s+/g, " ").trim();
  const plain = name === name.toLowerCase() || (name === name.toUpperCase() && name.length > 2);
  if (!plain || !/\p{Script=Latin}/u.test(name)) return name;
  return name
    .split(" ")
    .map((word, index) =>
      index > 0 && PARTICLES.has(word.toLowerCase()) ? word.toLowerCase() : capitalise(word),
    )
    .join(" ");
}

const PARTICLES = new Set([
  "de",
  "da",
  "do",
  "dos",
  "das",
  "del",
  "di",
  "du",
  "la",
  "van",
  "der",
  "den",
  "von",
  "bin",
  "ibn",
  "al",
  "y",
]);

function capitalise(word: string): string {
  return word
    .toLowerCase()
    .replace(
      /(^|[-.]|['’](?!s$))(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    );
}
