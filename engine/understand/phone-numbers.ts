import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js/max";
import { within, type Piece } from "./phone-pieces.ts";

// The metadata set is "max": it alone knows every range that is really assigned. With "min" any ten digits would be a
// number of the United States, and every order number a phone. It costs 75 kB more, on a server.

const DIGITS_MIN = 7;
const DIGITS_MAX = 15; // E.164
const DIGITS_WRITTEN_MAX = DIGITS_MAX + 3; // with 00, and the (0) that some put behind the country code
const CHECKS_MAX = 60; // each costs some 20 µs; a text with more numbers in it is a list

/** A valid number, and where it is written. */
export interface ValidNumber {
  readonly value: string;
  readonly piece: Piece;
  readonly kind: "international" | "national" | "country_code";
}

/** Tells valid numbers from others in one message, by the region's numbering plan. */
export interface NumberCheck {
  readonly hasRegion: boolean;
  /** Numbers of a piece: the whole of it, or what of it is one, from left to right. */
  readonly numbersIn: (piece: Piece, expected: boolean) => readonly ValidNumber[];
}

export function numberCheck(region: string | null): NumberCheck {
  const country = region !== null && isSupportedCountry(region) ? region : undefined;
  let checks = 0;
  const mayCheck = (): boolean => checks < CHECKS_MAX;
  const valid = (digits: string, as: CountryCode | undefined): string | null => {
    if (digits.length < DIGITS_MIN || !mayCheck()) return null;
    checks += 1;
    const number = parsePhoneNumberFromString(digits, as === undefined ? {} : { defaultCountry: as });
    return number !== undefined && number.isValid() ? number.number : null;
  };
  const whole = (piece: Piece, expected: boolean): ValidNumber | null => {
    const { digits, plus, international } = piece;
    if (digits.length > DIGITS_WRITTEN_MAX) return null;
    if (international) {
      const value = valid(`+${plus ? digits : digits.slice(2)}`, undefined);
      return value === null ? null : { value, piece, kind: "international" };
    }
    const national = country === undefined ? null : valid(digits, country);
    if (national !== null) return { value: national, piece, kind: "national" };
    // 971 56 … : a country code without its plus. Below eleven digits it would as well be a national number.
    const least = country === undefined ? 12 : 11;
    if (!expected || digits.length < least || digits.startsWith("0")) return null;
    const value = valid(`+${digits}`, undefined);
    return value === null ? null : { value, piece, kind: "country_code" };
  };
  const numbersIn = (piece: Piece, expected: boolean): readonly ValidNumber[] => {
    const one = whole(piece, expected);
    if (one !== null || piece.blocks.length === 1) return one === null ? [] : [one];
    if (country === undefined && !piece.international) return [];
    // Two numbers, or a number and something else, that only a space parts.
    const found: ValidNumber[] = [];
    for (let first = 0; first < piece.blocks.length; first++) {
      const number = longest(piece, first);
      if (number === null) continue;
      found.push(number);
      first += number.piece.blocks.length - 1;
    }
    return found;
  };
  const longest = (piece: Piece, first: number): ValidNumber | null => {
    for (let end = endOfNumber(piece, first); end > first && mayCheck(); end--) {
      const number = whole(within(piece, first, end), false);
      if (number !== null) return number;
    }
    return null;
  };
  return { hasRegion: country !== undefined, numbersIn };
}

/** How far a number that begins at block `first` can reach: one past its last block. */
function endOfNumber({ blocks }: Piece, first: number): number {
  let digits = 0;
  let end = first;
  while (end < blocks.length && digits + (blocks[end]?.digits.length ?? 0) <= DIGITS_WRITTEN_MAX) {
    digits += blocks[end]?.digits.length ?? 0;
    end += 1;
  }
  return end;
}
