const ACCENTS = /\p{M}/gu;

/** With every apostrophe that keyboards have as the plain one, letter for letter, so that positions stay. */
export function withPlainApostrophes(text: string): string {
  return text.replaceAll(/[’‘ʼ＇´`′]/g, "'");
}

/** As triggers and messages are compared: lower case, plain apostrophes, no accents, "e-mail" as "email". */
export function foldWord(raw: string): string {
  let word = raw.toLowerCase();
  if (/[^\x20-\x5f\x61-\x7e]/.test(word)) {
    word = withPlainApostrophes(word).normalize("NFKD").replaceAll(ACCENTS, "").normalize("NFC");
  }
  if (word.includes("-") && !/\d-\d/.test(word)) word = word.replaceAll("-", "");
  return word.includes(".") && /^(?:[a-z]\.)+[a-z]?$/.test(word) ? word.replaceAll(".", "") : word;
}
