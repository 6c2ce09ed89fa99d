import { toASCII } from "tr46";
import isEmail from "validator/lib/isEmail.js";
import { foldWidth } from "./fold-width.ts";

const LOCAL_CHARS_MAX = 64; // RFC 5321 §4.5.3.1.1
const ADDRESS_CHARS_MAX = 254; // RFC 5321 §4.5.3.1.3, less the angle brackets

/** The canonical form of an email address, by which customers are told apart; null when `address` is not one.
 *  Local part: ASCII dot-atom, A–Z lowered, `+tags` and dots kept. Domain: through IDNA (UTS 46) to ASCII, with a dot, no
 *  IP. So full-width, upper-case and differently composed spellings of one address have one key. */
export function emailKey(address: string): string | null {
  // Longer than any folding or IDNA mapping could shorten to a valid address; validator throws on lone surrogates.
  if (address.length > 4 * ADDRESS_CHARS_MAX || !address.isWellFormed()) return null;
  const folded = foldWidth(address);
  const at = folded.lastIndexOf("@");
  if (at < 1) return null;
  const local = lowerAscii(folded.slice(0, at));
  const domain = asciiDomain(folded.slice(at + 1));
  if (domain === null || local.length > LOCAL_CHARS_MAX || local.startsWith('"')) return null;
  const key = `${local}@${domain}`;
  if (key.length > ADDRESS_CHARS_MAX) return null;
  return isEmail.default(key, { allow_utf8_local_part: false }) ? key : null;
}

/** `toLowerCase` would also map the Kelvin sign to "k"; a local part keeps to A–Z. */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function asciiDomain(domain: string): string | null {
  return toASCII(domain, {
    checkBidi: true,
    checkHyphens: false, // registered names with "--" in third place exist
    checkJoiners: true,
    useSTD3ASCIIRules: true,
    verifyDNSLength: true,
  });
}
