/** What the characters of a message are to the reading of its words. Codes are UTF-16 units. */

/** ! ? … and their kin, which end a sentence wherever they stand; the plain full stop is looked at more closely. */
export function isStop(code: number): boolean {
  if (code < 0x80) return code === 0x21 || code === 0x3f;
  return /[\u2026\u203c\u2047-\u2049\u0964\u0965\u061f\u06d4\u0589\u3002\uff01\uff1f\uff61]/.test(
    String.fromCharCode(code),
  );
}

/** Signs that belong to the number or word behind them. */
export function isSign(code: number): boolean {
  return code === 0x23 || code === 0x24 || code === 0x40 || code === 0x20ac || code === 0xa3 || code === 0x2b;
}

export function isApostrophe(code: number): boolean {
  return (
    code === 0x27 ||
    code === 0x2019 ||
    code === 0x2018 ||
    code === 0x2bc ||
    code === 0xff07 ||
    code === 0xb4 ||
    code === 0x60 ||
    code === 0x2032
  );
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** a–z, A–Z, 0–9, _ */
export function isPlain(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || isDigit(code) || code === 0x5f;
}

export function isSpace(code: number): boolean {
  if (code < 0x80) return code === 32 || (code >= 9 && code <= 13);
  return (
    code === 0xa0 ||
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x3000
  );
}

/** Not the marks that only say how a picture is shown: "❤" and U+FE0F are no word. */
const WORDLIKE = /[\p{L}\p{N}]|(?![\ufe00-\ufe0f\u20e3])\p{M}/u;

/** Whether a letter, mark or digit of any script stands at `at`, or the second half of one. */
export function isWordAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80) return isPlain(code);
  if (Number.isNaN(code)) return false;
  const whole = code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
  return WORDLIKE.test(String.fromCodePoint(text.codePointAt(whole) ?? 0));
}
