import { givenUpBefore, isFormerBefore, negatedBehind } from "./former-numbers.ts";
import { somebodyElses } from "./others-numbers.ts";
import { gapAfter, wordAt, type Reading } from "./reading.ts";
import type { Span } from "./understanding.ts";

/** What the words around a number say about it, and the word that says so. */
export interface PhoneClue {
  readonly says: "phone" | "other_number" | "someone_else" | "recipient" | "negated" | null;
  readonly word: string | null;
  /** Any number may be called so: "the number is …". */
  readonly weak?: boolean;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const PHONE_WORDS =
  words(`phone phones telephone tel mobile mob cell cellphone cel ph contact call calling text sms whatsapp
  ring reach line landline hotline callback fone handy dial cellular telefone telefono teléfono téléphone tél telefon
  telefonnummer telefoonnummer handynummer mobil mobilnummer rufnummer numéro móvil móviles celular cellulare portable
  телефон телефона мобильный फोन मोबाइल هاتف هاتفي جوال موبايل تلفون sđt`);
/** Words that any number may be called by: they say "phone" unless one beside them says otherwise. */
const NUMBER_WORDS = words("number numbers num no nr nos digits número numero nummer номер नंबर رقم رقمي");
const OTHER_WORDS =
  words(`order orders ordered ref reference policy policies card account acct acc ac invoice booking ticket tickets case id
  ids tracking zip zipcode postcode postal pin pincode code sku serial model flight claim member membership confirmation
  confirm passport licence license iban isbn vat password passcode ssn pnr room apartment apt street road receipt
  transaction parcel shipment package product item bsb swift routing pan aadhar aadhaar imei vin registration plate quote
  dob born birthday birth conta cuenta konto otp verification customer gift voucher coupon promo zipped username user login
  roll reservation itinerary security insurance tax patient pesel nip bill invoice's deposit balance salary`);
/** Words for a number that need no "number" behind them. */
const NAMES_ITSELF = words(
  "ssn pnr iban postcode zip zipcode passport reference confirmation tracking pin pincode dob birthday imei",
);
/** Words of an address, beside which people give their phone. The first few number houses, with a few digits. */
const HOUSES = words("street road apartment apt room");
const PLACES = words("street road apartment apt room zip zipcode postcode postal code pin pincode");
const HOUSE_DIGITS_MAX = 6;
const COUNTS = words("number numbers no num id ids code digits #");
const OTHERS =
  words(`wife husband boss manager friend colleague coworker brother sister mother father mom mum dad son daughter
  partner girlfriend boyfriend assistant neighbour neighbor secretary cousin uncle aunt roommate flatmate his her their your
  ex landlord landlady grandma grandpa grandmother grandfather niece nephew fiance fiancé fiancée housemate`);
/** "Email id" is no number. */
const MAILS = words("email mail gmail e-mail");
/** The number that somebody dialled is not the customer's, unless it is them who were called on it. */
const CALLED = words("called dialed dialled rang phoned");
/** "Call me about 12345678" calls nothing a phone. */
const ABOUT = words("about regarding concerning re");
const OWN = words("my mine me our i");
const NEGATIONS = words("not isn't isnt doesn't doesnt wasn't wasnt don't aint never");
const WORDS_BACK_MAX = 5;
const NONE: PhoneClue = { says: null, word: null };

/** Reads the words before `span` (and some behind it): the nearest one that says what the number is decides. */
export function phoneClue(reading: Reading, span: Span): PhoneClue {
  const glued = gluedClue(reading.text, span);
  if (glued !== null) return glued;
  const before = clueBefore(reading, span);
  if (before.says === "other_number") return before;
  const negated = givenUpBefore(reading, span) ?? negatedBehind(reading, span);
  if (negated !== null) return { says: "negated", word: negated };
  const elses = somebodyElses(reading, span);
  if (elses !== null) return elses;
  if (before.says !== null) return before;
  if (reading.text[span.start - 1] === "#") return { says: "other_number", word: "#" };
  return clueBehind(reading, span);
}

/** The word by which `text`, the message before, asks for another number than a phone; null when it does not. */
export function otherNumberAsked(text: string): string | null {
  const said = [...text.toLowerCase().matchAll(/[\p{L}']+|#/gu)].map(([word]) => word);
  if (said.some((word) => PHONE_WORDS.has(word))) return null;
  const named = said.find(
    (word, i) =>
      OTHER_WORDS.has(word) &&
      (NAMES_ITSELF.has(word) || said.slice(i + 1, i + 3).some((next) => COUNTS.has(next))),
  );
  return named ?? null;
}

/** Whether a word for another number stands anywhere in the message. */
export function otherNumberSaid(reading: Reading): boolean {
  return reading.words.some(
    ({ lower }, i) =>
      OTHER_WORDS.has(lower) && !PLACES.has(lower) && !MAILS.has(reading.words[i - 1]?.lower ?? ""),
  );
}

function clueBefore(reading: Reading, span: Span): PhoneClue {
  const at = wordAt(reading, span.start);
  const sentence = reading.words[at]?.sentence;
  const from = reading.words[at - 1]?.lower === "from";
  let clue = NONE;
  let toMe = false;
  for (let i = at - 1; i >= Math.max(0, at - WORDS_BACK_MAX); i--) {
    const word = reading.words[i];
    if (word === undefined || word.sentence !== sentence) break;
    const { lower } = word;
    const settled = clue.says !== null && clue.weak !== true;
    if (clue.says === null && /\d{4}/.test(lower)) break;
    if (isFormerBefore(reading, i, at) || (i === at - 1 && NEGATIONS.has(lower)))
      return { says: "negated", word: lower };
    if (isOthers(lower)) return { says: "someone_else", word: lower };
    if (CALLED.has(lower) && (from || !toMe)) return { says: "recipient", word: lower };
    toMe ||= lower === "me" || lower === "us";
    if (i === at - 1 && ABOUT.has(lower)) return { says: "other_number", word: lower };
    if (!settled && isOther(lower, span)) return { says: "other_number", word: lower };
    if (!settled && PHONE_WORDS.has(lower)) clue = { says: "phone", word: lower };
    // At the beginning, "no" is the answer, and not short for number.
    if (clue.says === null && NUMBER_WORDS.has(lower) && !(lower === "no" && i === 0))
      clue = { says: "phone", word: lower, weak: true };
    if (clue.says !== null && OWN.has(lower)) break;
  }
  return clue;
}

/** "0412 345 678 is my number" against "12345678 is my order number" and "… is my wife's number". */
function clueBehind(reading: Reading, span: Span): PhoneClue {
  const next = wordAt(reading, span.end);
  if (next === 0 || /[.!?\n,;]/.test(gapAfter(reading, next - 1))) return NONE;
  let other: string | null = null;
  for (let i = next; i < next + 4; i++) {
    const word = reading.words[i]?.lower;
    if (word === undefined || /\d|^(?:and|or|but)$/.test(word)) return NONE;
    if (isOthers(word)) other = word;
    if (isOther(word, span)) return { says: "other_number", word };
    if (PHONE_WORDS.has(word) || NUMBER_WORDS.has(word)) {
      return other === null ? { says: "phone", word } : { says: "someone_else", word: other };
    }
  }
  return NONE;
}

function isOthers(word: string): boolean {
  return OTHERS.has(word.endsWith("'s") ? word.slice(0, -2) : word);
}

function isOther(word: string, { start, end }: Span): boolean {
  return OTHER_WORDS.has(word) && !(HOUSES.has(word) && end - start > HOUSE_DIGITS_MAX);
}

// Scripts without spaces, whose words touch the number; a few characters say enough.
const GLUED_CHARS_MAX = 14;
const NOT_ASCII = /[^\0-\x7f]/;
const GLUED_OTHER = /订单|訂單|账号|帐号|賬號|账户|卡号|卡號|邮编|密码|身份证|口座|注文|会員|주문|계좌|카드/;
const GLUED_PHONE =
  /电话|電話|手机|手機|座机|热线|拨打|致电|联系|聯繫|号码|號碼|号是|携帯|番号|전화|휴대폰|번호|연락|โทร|เบอร์|มือถือ/;
const GLUED_NOT = /不是|不像|太短|ではな|じゃな|아닙|아니/;

function gluedClue(text: string, { start, end }: Span): PhoneClue | null {
  const before = text.slice(Math.max(0, start - GLUED_CHARS_MAX), start);
  const after = text.slice(end, end + GLUED_CHARS_MAX);
  if (NOT_ASCII.test(after)) {
    const not = GLUED_NOT.exec(after);
    if (not !== null) return { says: "negated", word: not[0] };
  }
  if (!NOT_ASCII.test(before)) return null;
  const phone = GLUED_PHONE.exec(before);
  const other = GLUED_OTHER.exec(before);
  if (other !== null && (phone === null || phone.index < other.index))
    return { says: "other_number", word: other[0] };
  return phone === null ? null : { says: "phone", word: phone[0] };
}
