import { wordKind } from "../understand/vocabulary.ts";

const WORD_CHARS_MIN = 5; // shorter words have too many neighbours: "oder" is as near to "older" as to "order"
const LONG_WORD_CHARS_MIN = 7; // in shorter ones another letter makes another word: "steak", "speak"
const WORD_CHARS_MAX = 20;

/** Finds the words of the pack that a mistyped word was meant for: a letter too many, too few or wrong, or two swapped, and
 *  the first letter right. Words that English has, and names, are taken as typed. */
export function makeSpeller(words: Iterable<string>): (typed: string) => readonly string[] {
  const all = [...words];
  // For each first letter, made when a word that begins with it is first looked up.
  const indexes = new Map<string, ReadonlyMap<string, readonly string[]>>();
  return (typed) => {
    if (!isSpelled(typed) || wordKind(typed) !== "unknown") return [];
    const first = typed.charAt(0);
    const byGist = indexes.get(first) ?? indexByGist(all.filter((word) => word.startsWith(first)));
    indexes.set(first, byGist);
    const near = gistsOf(typed).flatMap((gist) => byGist.get(gist) ?? []);
    return [...new Set(near)].filter((word) => isOneSlip(word, typed)).toSorted();
  };
}

/** Every word under itself and under itself without each of its letters: two words that are one slip apart share an entry. */
function indexByGist(words: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const byGist = new Map<string, string[]>();
  for (const word of words) {
    if (!isSpelled(word)) continue;
    for (const gist of gistsOf(word)) {
      const list = byGist.get(gist);
      if (list === undefined) byGist.set(gist, [word]);
      else list.push(word);
    }
  }
  return byGist;
}

function isSpelled(word: string): boolean {
  return word.length >= WORD_CHARS_MIN && word.length <= WORD_CHARS_MAX && /^[a-z]+$/.test(word);
}

/** The word, and the word without one of its letters, the first kept. */
function gistsOf(word: string): string[] {
  const gists = [word];
  for (let at = 1; at < word.length; at += 1) gists.push(word.slice(0, at) + word.slice(at + 1));
  return gists;
}

/** Whether one word is the other with a letter too many or too few, two swapped, or, in a long word, one wrong. A letter more
 *  at the end makes another form of a word ("located"), not a slip. */
function isOneSlip(one: string, other: string): boolean {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at += 1;
  const rest = one.slice(at);
  const otherRest = other.slice(at);
  if (rest === "" || otherRest === "") return false;
  if (one.length > other.length) return rest.slice(1) === otherRest;
  if (one.length < other.length) return rest === otherRest.slice(1);
  const swapped = rest.length > 1 && rest[0] === otherRest[1] && rest[1] === otherRest[0];
  const wrong = one.length >= LONG_WORD_CHARS_MIN && rest.slice(1) === otherRest.slice(1);
  return wrong || (swapped && rest.slice(2) === otherRest.slice(2));
}
