/** The words that nearly every English message holds some of, roughly the most frequent first. */
const USUAL = (
  "i the to a you my is it and for can in do of on that have me what how at this be was are with am but if will not your so just get " +
  "we no there they like up would know when from an all please want or has need about did could he one out her his she any where who " +
  "why here does make time go see some now good more our been should had than then them him us were their its as by may might must " +
  "these those into over after before because which take back new day only also thanks ok yes hi hello got"
).split(" ");
const RANKS: ReadonlyMap<string, number> = new Map(USUAL.map((word, at) => [word, at]));

/** How often a message holds the word, against other words: about 1 for a rare one, up to 20. A guess, since rule authors
 *  write in words of every trade. */
export function usualness(word: string): number {
  const rank = RANKS.get(word);
  return rank === undefined ? 2 / word.length : 20 - (15 * rank) / USUAL.length;
}

export function isUsual(word: string): boolean {
  return RANKS.has(word);
}
