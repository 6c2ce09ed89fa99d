/** Writes full-width forms, other scripts' digits, ideographic stops and odd spaces as ASCII, one UTF-16 unit for one,
 *  so that offsets into the result are offsets into `text`. */
export function foldWidth(text: string): string {
  if (!FOLDABLE.test(text)) return text;
  return text.replace(FOLDABLE_ALL, fold);
}

const CLASS =
  "[\\u00a0\\u2002-\\u200a\\u202f\\u3000\\u0660-\\u0669\\u06f0-\\u06f9\\u0966-\\u096f\\u09e6-\\u09ef\\u0e50-\\u0e59" +
  "\\u2010-\\u2015\\u2212\\u3002\\uff01-\\uff5e\\uff61]";
const FOLDABLE = new RegExp(CLASS);
const FOLDABLE_ALL = new RegExp(CLASS, "g");
/** Where each script's zero stands. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50] as const;

function fold(unit: string): string {
  const code = unit.charCodeAt(0);
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  if (code === 0x3002 || code === 0xff61) return ".";
  if ((code >= 0x2010 && code <= 0x2015) || code === 0x2212) return "-";
  for (const zero of ZEROS) if (code >= zero && code <= zero + 9) return String(code - zero);
  return " ";
}
