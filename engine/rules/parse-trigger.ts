import { RE2JS, RE2JSException } from "re2js";
import { isTag, isTermMethod, parseMatch, type Token } from "./compromise.ts";
import { wordsOfTrigger } from "./terms.ts";

/** Parses a trigger in match syntax, or says in one sentence what is wrong with it. Never throws. */
export function parseTrigger(source: string): readonly Token[] | { readonly error: string } {
  const shape = checkBrackets(source);
  if (shape !== null) return { error: `in the trigger \`${source}\` ${shape}` };
  try {
    const tokens = readTokens(source);
    const wrong = checkTokens(tokens);
    return wrong === null ? tokens : { error: `in the trigger \`${source}\` ${wrong}` };
  } catch (error) {
    // Only RE2 explains itself; what compromise trips over is a TypeError of its own.
    const why = error instanceof RE2JSException ? `: ${error.message}` : "";
    return { error: `the trigger \`${source}\` cannot be read as match syntax${why}` };
  }
}

/** A token and all that its choices are made of. */
export function withParts(token: Token): readonly Token[] {
  return [token, ...(token.choices ?? []).flat().flatMap(withParts)];
}

/** What compromise would take for a strange word instead of complaining. */
function checkBrackets(source: string): string | null {
  const bare = source.replaceAll(INLINE_REGEX, "x");
  if (/[[\]]/.test(bare))
    return "square brackets are not accepted; write (a|b) for a choice and (a|b)? for an optional one";
  let depth = 0;
  for (const character of bare) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (depth > 1) return "a group stands inside a group; write two triggers instead";
    if (depth < 0) return "a `)` has no `(`";
    if (character === "|" && depth === 0) return "`|` stands outside of a group; write (a|b)";
  }
  if (depth > 0) return "a `(` has no `)`";
  if (/\([^)]*\{\d*,? ?\d*\}[^)]*\)/.test(bare))
    return "a repeat such as {0,2} stands inside a group; put it behind the group";
  return /\(\s*\)|\(\s*\||\|\s*\||\|\s*\)/.test(bare)
    ? "a group has an empty alternative; write (a|b)? for an optional one"
    : null;
}

/** `/colou?r/` in place of a word, also inside of a group; it has no spaces, and in a group no brackets or `|`. */
const INLINE_REGEX =
  /(?<=^|[\s!^])\/(?:\\.|[^\s/\\])+\/(?=$|[\s?+*$])|(?<=[(|!^])\/(?:\\.|[^\s/\\()|])+\/(?=[)|?])/g;
const REGEX_WORD = /^inlineregex(\d+)$/;

/**
 * Parses a trigger into tokens. Regular expressions in it are taken out first and put in behind the parser, which would
 * run them on the engine's own RegExp (exponential time) and take their brackets for its own syntax.
 */
function readTokens(source: string): Token[] {
  const regexes: RE2JS[] = [];
  const bare = source.replaceAll(INLINE_REGEX, (written) => {
    regexes.push(RE2JS.compile(written.slice(1, -1), RE2JS.CASE_INSENSITIVE));
    return `inlineregex${regexes.length - 1}`;
  });
  const regexOf = (word: string | undefined): RE2JS | undefined =>
    regexes[Number(REGEX_WORD.exec(word ?? "")?.[1])];
  const restore = (token: Token): Token => {
    const words = [...(token.fastOr ?? [])];
    const grouped = words.some((word) => regexOf(word))
      ? words.map((word): Token[] => [{ word }])
      : token.choices;
    const { word, fastOr, ...others } = token;
    const regex = regexOf(word);
    return {
      ...others,
      ...(token.root !== undefined && fastOr === undefined ? inflected(token) : {}),
      ...(regex ? { regex } : word === undefined ? {} : { word }),
      ...(fastOr && grouped === token.choices ? { fastOr } : {}),
      ...(grouped ? { choices: grouped.map((choice) => choice.map(restore)) } : {}),
    };
  };
  return parseMatch(spellOut(bare)).map(restore);
}

/** compromise knows the forms of `{send}` only outside of groups. */
function inflected({ root, pos }: Token): Token {
  return parseMatch(`{${root}${pos === undefined ? "" : `/${pos}`}}`)[0] ?? {};
}

/** Parts of a trigger that are not plain words, and plain words (second group). */
const PARTS = /(\{[^}]*\}|[#@]\w+|%[^%]*%|<[^>]*>)|([\p{L}\p{N}][\p{L}\p{N}'’-]*)/gu;

/** Writes words the way messages are read: `don't` as `do not`, `e-mail` as `email`, `gonna` as `going to`. */
function spellOut(source: string): string {
  const tidy = source
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\s*\|\s*/g, "|")
    .replaceAll(/\(\s/g, "(")
    .replaceAll(/\s\)/g, ")");
  let depth = 0;
  let seen = 0;
  return tidy
    .replaceAll(PARTS, (part: string, other: string | undefined, word: string | undefined, at: number) => {
      for (; seen < at; seen += 1) depth += tidy[seen] === "(" ? 1 : tidy[seen] === ")" ? -1 : 0;
      if (other !== undefined || word === undefined) return part;
      const spelled = wordsOfTrigger(word).join(" ");
      const quantified = /[?+*{]/.test(tidy.charAt(at + word.length)) || tidy.charAt(at - 1) === "!";
      return spelled.includes(" ") && quantified && depth === 0 ? `(${spelled})` : spelled;
    })
    .replaceAll(/\((\S)\)/g, "$1"); // compromise takes a group of one letter for a word
}

function checkTokens(tokens: readonly Token[]): string | null {
  for (const token of tokens.flatMap(withParts)) {
    if (token.word !== undefined && /[()|{}*+?!^$#@<>%~/\\]/.test(token.word))
      return `\`${token.word}\` is not understood`;
    if (token.tag !== undefined && !isTag(token.tag)) return `\`#${token.tag}\` is not a part of speech`;
    if (token.method !== undefined && !isTermMethod(token.method)) return `\`@${token.method}\` is not known`;
  }
  if (tokens.some((token) => (token.choices ?? []).flat().some((part) => part.optional)))
    return "a `?` stands inside a group; put it behind the group, or write the choice with and without";
  const anchored = tokens.some(
    (token, at) =>
      (token.start === true && at > 0) ||
      (token.end === true && at < tokens.length - 1) ||
      withParts(token)
        .slice(1)
        .some(({ start, end }) => start === true || end === true),
  );
  if (anchored) return "`^` stands first in a trigger and `$` last, not in a group";
  if (tokens.some((token) => token.negative && token.choices?.some((choice) => choice.length > 1)))
    return "`!` stands before a group with several words; it looks at one word only";
  return null;
}
