import { otherNumberSaid } from "./phone-clues.ts";
import { within, type Piece } from "./phone-pieces.ts";
import type { Reading } from "./reading.ts";

const DIGITS_MIN = 7;
const DIGITS_MAX = 13;
const INTERNATIONAL_DIGITS_MAX = 17; // E.164's fifteen, and 00
/** How many digits a national number has, the likeliest first. */
const LENGTHS = [10, 11, 9, 12, 8] as const;

/** What of a piece reads like one phone number when no numbering plan can tell: the whole, or the blocks in it that have a
 *  number's length; null when it is too long and nothing in it has. */
export function numberLike(piece: Piece): Piece | null {
  const { digits, international, blocks } = piece;
  const max = international ? INTERNATIONAL_DIGITS_MAX : DIGITS_MAX;
  if (digits.length < DIGITS_MIN) return null;
  const whole = blocks.find((block) => block.digits.length >= 10 && block.groups.length === 1);
  if (digits.length <= max && (whole === undefined || international || digits.length < 12)) return piece;
  for (const length of LENGTHS) {
    const found = blocksOfLength(piece, length);
    if (found !== null) return found;
  }
  return digits.length <= max ? piece : null;
}

function blocksOfLength(piece: Piece, length: number): Piece | null {
  for (let first = 0; first < piece.blocks.length; first++) {
    let sum = 0;
    for (let end = first; end < piece.blocks.length && sum < length; end++) {
      sum += piece.blocks[end]?.digits.length ?? 0;
      if (sum === length) return within(piece, first, end + 1);
    }
  }
  return null;
}

const OFFERED_DIGITS_MIN = 9;
const OFFERED_ALONE_DIGITS_MIN = 10; // nine on their own, with nothing else given, are as often an order's
const OFFERED_DIGITS_MAX = 12;
const OFFERED_WORDS_MAX = 14;

/** Whether digits that nothing calls a phone are handed over as one: "asha and 9840012345", "sure 984 001 2345". It takes
 *  a number's length, a short message that is no question, and no word in it for another number. */
export function isOffered(reading: Reading, { digits, blocks }: Piece): boolean {
  if (digits.length < OFFERED_DIGITS_MIN || digits.length > OFFERED_DIGITS_MAX) return false;
  const groups = blocks.flatMap((block) => block.groups);
  if (groups.length > 5 || !isGroupedAsPhone(digits, groups)) return false;
  const others = reading.words.length - groups.length;
  if (others > OFFERED_WORDS_MAX || (others < 1 && digits.length < OFFERED_ALONE_DIGITS_MIN)) return false;
  return !reading.sentences.some(({ question }) => question) && !otherNumberSaid(reading);
}

/** Threes, fours and more, or an area code with its zero; "27-418 5530 946" and "8 1 7 2 9" are no such groups. */
function isGroupedAsPhone(digits: string, groups: readonly number[]): boolean {
  if (digits.length === OFFERED_DIGITS_MIN && groups.some((group) => group !== 3 && group !== 9))
    return false;
  return /^0[1-9]/.test(digits) ? groups.every((group) => group > 1) : groups.every((group) => group > 2);
}
