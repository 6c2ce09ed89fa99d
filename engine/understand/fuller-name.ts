/** Scripts that put no space between family and given name. */
const unspaced = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+$/u;

/** The words of a name, as they compare: "Mike O’Neil" and "MIKE O'NEIL" have the same. */
function wordsOf(name: string): string[] {
  // Up and then down again, so that ß meets SS; a word is letters, marks and digits with what joins them.
  const folded = name.normalize("NFKC").replaceAll("’", "'").toUpperCase().toLowerCase();
  return folded.match(/[\p{L}\p{M}\p{N}]+(?:['-][\p{L}\p{M}\p{N}]+)*/gu) ?? [];
}

/** Whether both are one name written alike, whatever the case and the order of its words. */
export function isSameName(one: string, other: string): boolean {
  const left = wordsOf(one).toSorted();
  const right = wordsOf(other).toSorted();
  return left.length === right.length && left.every((word, index) => word === right[index]);
}

/** Whether `fuller` says all that `name` says and more: "Mike Smith" of "Mike", "田中太郎" of "田中". Never throws. */
export function isFullerName(fuller: string, name: string): boolean {
  const words = wordsOf(fuller);
  const fewer = wordsOf(name);
  if (fewer.length === 0) return words.length > 0;
  const [word] = words;
  const [part] = fewer;
  if (words.length === 1 && fewer.length === 1 && word !== undefined && part !== undefined) {
    return unspaced.test(word) && word !== part && (word.startsWith(part) || word.endsWith(part));
  }
  if (words.length <= fewer.length) return false;
  return fewer.every((word) => {
    const at = words.indexOf(word);
    if (at >= 0) words.splice(at, 1);
    return at >= 0;
  });
}
