import { CANDIDATES_MAX, overlaps, type Candidate, type Circumstance } from "./candidate.ts";
import { digitRuns, hasDigits } from "./digit-runs.ts";
import { foldWidth } from "./fold-width.ts";
import { keepOne } from "./keep-one.ts";
import { otherNumberAsked, otherNumberSaid, phoneClue, type PhoneClue } from "./phone-clues.ts";
import { numberCheck, type NumberCheck } from "./phone-numbers.ts";
import { isOffered, numberLike } from "./phone-offers.ts";
import { piecesOf, within, type Piece } from "./phone-pieces.ts";
import {
  hasAreaCode,
  isCardNumber,
  isChatLink,
  isInsideWord,
  likelyOther,
  surelyOther,
  withHyphens,
} from "./phone-shapes.ts";
import type { Reading } from "./reading.ts";
import { spokenDigits } from "./spoken-digits.ts";
import type { RejectReason } from "./understanding.ts";

const DIGITS_MIN = 5; // no number of any plan is shorter, extensions and short codes aside
const DIGITS_SHAPED_MIN = 7; // shorter ones are taken for the beginning of a number

const DIGITS_PLANNED_MIN = 8; // with its trunk zero

/** A message with digits in it, and what is known about it. */
interface Listening {
  readonly reading: Reading;
  /** With full-width forms and other scripts' digits folded. */
  readonly folded: string;
  readonly about: Circumstance;
  readonly check: NumberCheck;
  /** The word by which the message before asks for another number. */
  readonly otherAsked: string | null;
}

/** Finds phone numbers in order. Valid ones are E.164: international numbers always, national ones in `region`, and digits
 *  without a plus or 00 that begin with a country code where a phone was asked for or spoken of. What was asked for, is
 *  called a phone or is offered as one, but is not valid, is taken with its doubt. Never throws. */
export function findPhones(reading: Reading, about: Circumstance): readonly Candidate[] {
  const folded = about.asked ? withHyphens(foldWidth(reading.text)) : foldWidth(reading.text);
  const spoken = spokenDigits(reading);
  if (spoken.length === 0 && !hasDigits(folded, about.asked ? 3 : DIGITS_MIN)) return [];
  const otherAsked = about.asked || about.previous === null ? null : otherNumberAsked(about.previous);
  const listening = { reading, folded, about, check: numberCheck(about.region), otherAsked };
  const candidates: Candidate[] = [];
  for (const run of digitRuns(folded)) {
    if (candidates.length >= CANDIDATES_MAX) break;
    const pieces = piecesOf(folded, run).filter((piece) => !spoken.some((said) => overlaps(said, piece)));
    for (const piece of pieces) candidates.push(...judge(listening, piece));
  }
  for (const piece of spoken) candidates.push(...judgeNumber(listening, piece, clueFor(listening, piece)));
  const ordered = candidates.toSorted((a, b) => a.span.start - b.span.start);
  return keepOne(reading, ordered, about.signals);
}

function judge(listening: Listening, piece: Piece): readonly Candidate[] {
  const { reading, folded, about } = listening;
  const isLinked = about.asked && isChatLink(folded, piece.start);
  if (piece.digits.length < 3 || (!isLinked && isInsideWord(folded, piece.start, piece.end))) return [];
  if (piece.shape !== null) return [];
  const clue = clueFor(listening, piece);
  if (piece.digits.length < DIGITS_SHAPED_MIN) {
    return isFragment(piece, reading, about, clue) ? [rejection(piece, "incomplete", clue)] : [];
  }
  return judgeNumber(listening, isLinked ? { ...piece, plus: true, international: true } : piece, clue);
}

function judgeNumber(listening: Listening, piece: Piece, clue: PhoneClue): readonly Candidate[] {
  const { about, check } = listening;
  if (clue.says === "other_number") return besideOther(listening, piece, clue);
  if (!piece.plus && isCardNumber(piece.digits))
    return [rejection(piece, "not_a_phone", { ...clue, word: "card number" })];
  return asPhones(listening, piece, clue, check.numbersIn(piece, about.asked || clue.says === "phone"));
}

function asPhones(
  listening: Listening,
  piece: Piece,
  clue: PhoneClue,
  valid: ReturnType<NumberCheck["numbersIn"]>,
): readonly Candidate[] {
  const { reading, folded, about, check } = listening;
  const expected = about.asked || clue.says === "phone";
  const raw = folded.slice(piece.start, piece.end);
  const other = (expected ? null : likelyOther(raw)) ?? surelyOther(raw);
  if (other !== null) return [rejection(piece, "not_a_phone", { ...clue, word: other })];
  const reason = clue.says === "phone" || clue.says === "other_number" ? null : clue.says;
  const because = reason === null || clue.word === null ? {} : { because: clue.word };
  if (valid.length > 0) {
    return valid.map(({ value, piece: { start, end }, kind }) => {
      const span = { start, end: extensionEnd(folded, end) };
      return { value, span, extractor: `phone/${kind}`, reason, ...because };
    });
  }
  if (check.hasRegion && isBeginning(piece)) return expected ? [rejection(piece, "incomplete", clue)] : [];
  const like = numberLike(piece);
  if (like === null) return [rejection(piece, "not_a_phone", clue)];
  const doubt = check.hasRegion || like.international ? "invalid_for_region" : "ambiguous";
  // "I ordered a lamp, the number is …": where anything may be called so, what else is spoken of decides.
  const isCalled = clue.says === "phone" && !(clue.weak === true && otherNumberSaid(reading));
  const offered = about.asked || isCalled || like.plus || hasAreaCode(raw) || isOffered(reading, like);
  if (!offered) return [rejection(piece, "not_a_phone", clue)];
  const span = { start: like.start, end: extensionEnd(folded, like.end) };
  const found = { value: digitsOf(like), span, ...because };
  const how = about.asked ? "asked" : clue.says === "phone" ? "spoken_of" : "offered";
  return [{ ...found, extractor: `phone/${how}`, reason, ...(reason === null ? { doubt } : {}) }];
}

/** "postcode 2000 0412 345 678", "order 8821 0412345678": the word claims the first block, and the rest is judged for itself. */
function besideOther(listening: Listening, piece: Piece, clue: PhoneClue): readonly Candidate[] {
  const [first] = piece.blocks;
  const rest = within(piece, 1, piece.blocks.length);
  if (first === undefined || first.digits.length >= DIGITS_SHAPED_MIN || rest.digits.length < 9)
    return [rejection(piece, "not_a_phone", clue)];
  const valid = listening.check.numbersIn(rest, listening.about.asked);
  // The groups of an order's number have no trunk zero.
  const isApart = POSTAL.has(clue.word ?? "") || (rest.digits.startsWith("0") && valid.length === 1);
  return isApart
    ? asPhones(listening, rest, { says: null, word: null }, valid)
    : [rejection(piece, "not_a_phone", clue)];
}

const POSTAL = new Set(["zip", "zipcode", "postcode", "postal", "pin", "pincode", "code"]);

function clueFor({ reading, otherAsked }: Listening, piece: Piece): PhoneClue {
  const clue = phoneClue(reading, piece);
  const decided = clue.says !== null && !(clue.says === "phone" && clue.weak);
  return otherAsked === null || decided ? clue : { says: "other_number", word: otherAsked };
}

function rejection(piece: Piece, reason: RejectReason, { word }: PhoneClue): Candidate {
  const { start, end } = piece;
  const because = word === null || reason === "incomplete" ? {} : { because: word };
  return { value: digitsOf(piece), span: { start, end }, extractor: "phone/digits", reason, ...because };
}

/** "0412 345": where the numbering plan is known, a trunk zero and a few digits are no number that it might have. */
function isBeginning({ digits, international }: Piece): boolean {
  return !international && digits.startsWith("0") && digits.length < DIGITS_PLANNED_MIN;
}

function digitsOf({ plus, digits }: Piece): string {
  return plus ? `+${digits}` : digits;
}

const EXTENSION = /[ ,;]{0,2}(?:ext(?:ension|n)?\.?|int\.?|ramal|x|#) ?:? ?\d{1,6}(?![\da-z])/iy;

/** An extension is read with its number, though no part of the value. */
function extensionEnd(text: string, end: number): number {
  EXTENSION.lastIndex = end;
  return EXTENSION.test(text) ? EXTENSION.lastIndex : end;
}

/** A few digits given as the answer: "0412", not the "2" of "a table for 2". */
function isFragment(piece: Piece, reading: Reading, about: Circumstance, { says }: PhoneClue): boolean {
  const { digits, start, end } = piece;
  if (says === "other_number" || says === "someone_else" || says === "recipient") return false;
  if (says === "phone") return digits.length >= DIGITS_MIN || about.asked;
  return (
    about.asked && reading.words.length - digits.length < 4 && reading.text.trim().length < end - start + 16
  );
}
