import { gapAfter, wordAt, type Reading } from "./reading.ts";
import type { Span } from "./understanding.ts";

/** What the words around a number say about it. */
export type PhoneClue = "phone" | "other_number" | "someone_else" | "negated" | null;

const PHONE_WORDS = new Set(
  ("phone phones telephone tel mobile mob cell cellphone cel ph contact call text sms whatsapp ring reach line landline " +
    "callback fone handy dial cellular telefone telefono téléphone móvil móviles")
    .split(" "),
); // prettier-ignore
const OTHER_WORDS = new Set(
  ("order orders ref reference policy card account acct acc ac invoice booking ticket case id ids tracking zip zipcode " +
    "postcode postal pin pincode code sku serial model flight claim member membership confirmation passport licence license " +
    "iban isbn vat password passcode ssn pnr room apartment apt street road receipt transaction parcel shipment package " +
    "product item bsb swift routing pan aadhar aadhaar imei vin registration plate quote dob born birthday conta cuenta " +
    "konto otp verification customer gift voucher coupon promo zipped otp username user login roll")
    .split(" "),
); // prettier-ignore
const OTHERS = new Set(
  (
    "wife husband wife's husband's boss friend friend's colleague colleague's brother sister mother father mom mum dad son " +
    "daughter partner assistant neighbour neighbor secretary his her their your"
  ).split(" "),
);
const WORDS_BACK_MAX = 5;

/** Reads the words before `span` (and one behind it): the nearest one that says what the number is decides. */
export function phoneClue(reading: Reading, span: Span): PhoneClue {
  const at = wordAt(reading, span.start);
  const sentence = reading.words[at]?.sentence;
  let clue: PhoneClue = null;
  for (let i = at - 1; i >= Math.max(0, at - WORDS_BACK_MAX); i--) {
    const word = reading.words[i];
    if (word === undefined || word.sentence !== sentence) break;
    if (clue === null && /\d{4}/.test(word.lower)) break;
    if (clue === null && i === at - 1 && (word.lower === "not" || word.lower === "isn't")) return "negated";
    if (clue === null && OTHER_WORDS.has(word.lower)) return "other_number";
    if (clue === null && PHONE_WORDS.has(word.lower)) clue = "phone";
    if (OTHERS.has(word.lower)) return "someone_else";
  }
  if (clue === null && reading.text[span.start - 1] === "#") return "other_number";
  return clue ?? clueBehind(reading, span);
}

/** "0412 345 678 is my number" against "12345678 is my order number". */
function clueBehind(reading: Reading, span: Span): PhoneClue {
  const next = wordAt(reading, span.end);
  if (next === 0 || /[.!?\n,;]/.test(gapAfter(reading, next - 1))) return null;
  for (let i = next; i < next + 4; i++) {
    const word = reading.words[i]?.lower;
    if (word === undefined || /\d|^(?:and|or|but|my|the)$/.test(word)) return null;
    if (OTHER_WORDS.has(word)) return "other_number";
    if (PHONE_WORDS.has(word)) return "phone";
  }
  return null;
}
