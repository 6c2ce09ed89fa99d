import { parsePhoneNumberFromString, isSupportedCountry } from "libphonenumber-js/max";
import type { Field } from "../../engine/rules/pack.ts";
import { emailKey } from "../../engine/understand/email-key.ts";
import { findPattern } from "../../engine/understand/find-patterns.ts";
import { visibleText } from "../../engine/understand/visible-text.ts";

const NAME_CHARS_MAX = 100; // of a person's whole name, with titles and all of the given ones

/** What staff typed as a field's value: the value as a customer's own words would give it, or what is wrong with it. */
export type Parsed = { readonly value: string } | { readonly fault: string };

/** Reads what somebody typed as the whole value of a field, as strictly as a customer's words are read. `region`: country of
 *  national phone numbers, or null. Never throws. */
export function parseValue({ extractor }: Field, typed: string, region: string | null): Parsed {
  const text = visibleText(typed).text.normalize("NFC").replace(/\s+/gu, " ").trim();
  if (text === "") return { fault: "must not be empty: null takes the value back" };
  switch (extractor.kind) {
    case "name":
      return parseName(text);
    case "email": {
      const value = emailKey(text);
      return value === null ? { fault: "must be an email address, such as name@company.com" } : { value };
    }
    case "phone":
      return parsePhone(text, region);
    case "pattern": {
      const [found] = findPattern(text, extractor.pattern);
      return found === undefined
        ? { fault: `must match the pattern of this field, ${extractor.pattern}` }
        : { value: found.value };
    }
  }
  return extractor satisfies never;
}

function parseName(text: string): Parsed {
  if (text.length > NAME_CHARS_MAX) return { fault: `must have at most ${NAME_CHARS_MAX} characters` };
  if (!/\p{L}/u.test(text)) return { fault: "must hold a letter" };
  if (/[\p{Cc}@<>]|:\/\//u.test(text)) {
    return { fault: "must be a name: no control characters, addresses or < and >" };
  }
  return { value: text };
}

function parsePhone(text: string, region: string | null): Parsed {
  const country = region !== null && isSupportedCountry(region) ? region : null;
  const options = { ...(country !== null && { defaultCountry: country }), extract: false } as const;
  const number = parsePhoneNumberFromString(text, options);
  if (number?.isValid() === true) return { value: number.number };
  const national =
    country === null ? "or a national one with its `region`" : `or a national number of ${country}`;
  return { fault: `must be a valid phone number: with + and its country code, ${national}` };
}
