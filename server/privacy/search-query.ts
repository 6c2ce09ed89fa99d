import { foldSearch, joinedWordsOf, wordsOf } from "./fold-search.ts";

const TERMS_MAX = 8; // what a person types into a search box; the rest is not looked at
const WORDS_MAX = 16; // of a name and of an address: longer ones are no names
const DIGITS_MIN = 3; // fewer last digits are everybody's

/** What of a customer is searched, as stored. */
export interface Searchable {
  readonly name: string | null;
  /** In their canonical form. */
  readonly emails: readonly string[];
  /** E.164, or digits alone where no numbering plan knows the number. */
  readonly phone: string | null;
}

/** A part of a query. A customer is found when every part is found in them. */
export type Term =
  /** The beginning of a word of the name or of an address's part before the @. */
  | { readonly kind: "word"; readonly text: string }
  /** The beginning of an address, up to the @ at least. */
  | { readonly kind: "address"; readonly text: string }
  /** The last digits of the phone number (`tail`, without zeros in front: 0412 is +61 412), or the beginning of a word. */
  | { readonly kind: "digits"; readonly text: string; readonly tail: string };

/** Reads what was typed into a search box. No terms ask for nothing. Never throws. */
export function parseQuery(query: string): readonly Term[] {
  const terms: Term[] = [];
  for (const part of joinNumbers(foldSearch(query).split(/\s+/u))) {
    if (part.includes("@")) terms.push({ kind: "address", text: part });
    else if (isNumber(part)) terms.push(digitsTerm(part.replaceAll(/\D/gu, "")));
    else for (const text of joinedWordsOf(part)) terms.push({ kind: "word", text });
  }
  return terms.slice(0, TERMS_MAX);
}

/** Whether a customer is what the query asks for: the truth, which the index only approaches. */
export function matchesSearch(query: string, customer: Searchable): boolean {
  return matchesTerms(parseQuery(query), customer);
}

/** The same for many customers, with the query read once. */
export function matchesTerms(terms: readonly Term[], customer: Searchable): boolean {
  if (terms.length === 0) return true;
  const { words, emails, digits } = readSearchable(customer);
  const beginsWord = (text: string) => words.some((word) => word.startsWith(text));
  return terms.every((term) => {
    switch (term.kind) {
      case "word":
        return beginsWord(term.text);
      case "address":
        return emails.some((email) => email.startsWith(term.text));
      case "digits":
        return beginsWord(term.text) || (term.tail.length >= DIGITS_MIN && digits.endsWith(term.tail));
    }
    return term satisfies never;
  });
}

/** A customer as search sees them. */
export function readSearchable({ name, emails, phone }: Searchable): {
  readonly words: readonly string[];
  readonly emails: readonly string[];
  readonly digits: string;
} {
  const foldedName = foldSearch(name ?? "");
  const addresses = emails.map(foldSearch);
  const locals = addresses.map((address) => address.split("@", 1)[0] ?? "");
  const words = [foldedName, ...locals].flatMap((text) => [
    ...wordsOf(text).slice(0, WORDS_MAX),
    ...(text.includes("'") ? joinedWordsOf(text).slice(0, WORDS_MAX) : []),
  ]);
  return { words, emails: addresses, digits: (phone ?? "").replaceAll(/\D/gu, "") };
}

/** Phone numbers are typed in groups: neighbours that are digits and signs alone are one. */
function joinNumbers(parts: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const part of parts) {
    const before = joined.at(-1);
    if (before !== undefined && isNumber(before) && isNumber(part)) joined[joined.length - 1] = before + part;
    else joined.push(part);
  }
  return joined;
}

function isNumber(part: string): boolean {
  return /^[\d()+./-]*\d[\d()+./-]*$/u.test(part);
}

function digitsTerm(text: string): Term {
  const tail = text.replace(/^0+/u, "");
  return { kind: "digits", text, tail: tail.length >= DIGITS_MIN ? tail : text };
}
