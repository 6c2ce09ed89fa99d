import { isApostrophe, isDigit, isWordAt } from "./term-characters.ts";

/** "bob.example/menu", "menu.pdf": a full stop inside one of these is no end of a sentence. */
const ENDINGS = new Set(
  "com net org io co uk de fr in au ca eu us me app dev info biz shop example test pdf doc docx png jpg jpeg js html".split(" "),
); // prettier-ignore
/** "re-book", "pre-order" and "e-mail" are one word; other hyphens part words. */
const PREFIXES = new Set("re pre co un non anti multi mis de ex out semi sub over under bi".split(" "));
const PREFIX_CHARS_MAX = 5;
const AHEAD_CHARS_MAX = 64; // no longer word is looked through for the next hyphen

/** Whether the mark at `at` stands inside of a word that began at `from`. */
export function joinsWord(text: string, at: number, from: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at + 1);
  const code = text.charCodeAt(at);
  if (isApostrophe(code)) return isWordAt(text, at + 1);
  if (isDigit(before) && isDigit(after))
    return code === 0x2e || code === 0x2c || code === 0x3a || code === 0x2d || code === 0x2f;
  if (code === 0x2d) {
    const prefix = at - from <= PREFIX_CHARS_MAX ? text.slice(from, at).toLowerCase() : "";
    return (prefix.length === 1 || PREFIXES.has(prefix)) && !isHyphenAhead(text, at + 1);
  }
  return code === 0x2e && isInitialAt(text, at);
}

/** "out-of-stock" is three words, although "out" is a prefix. */
function isHyphenAhead(text: string, from: number): boolean {
  let at = from;
  while (at - from < AHEAD_CHARS_MAX && isWordAt(text, at)) at += 1;
  return text.charCodeAt(at) === 0x2d && isWordAt(text, at + 1);
}

/** The full stops of "a.s.a.p" and "p.m". */
export function isInitialAt(text: string, at: number): boolean {
  return !isWordAt(text, at - 2) && !isWordAt(text, at + 2);
}

/** An email or web address is one word, whatever stands in it. */
export function isAddress(text: string, start: number, end: number): boolean {
  const chunk = text.slice(start, end);
  if (/^\S+@\S+$|:\/\/|^www\./i.test(chunk)) return true;
  const ending = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.([a-z]{2,7})(?:\/\S*)?$/i.exec(chunk)?.[1];
  return ending !== undefined && ENDINGS.has(ending.toLowerCase()) && ending === ending.toLowerCase();
}
