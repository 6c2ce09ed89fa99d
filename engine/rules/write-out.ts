import { parseMatch, type Token } from "./compromise.ts";
import { isPhraseGroup } from "./parse-trigger.ts";

/** (a b|c d) (e f|g h) … multiply; more is better written as several triggers. */
export const VARIANTS_MAX = 200;

/**
 * Writes groups of phrases out into one sequence a choice, and what is optional after a wildcard into with and without.
 * compromise takes the first choice that fits and never comes back, and a wildcard cannot see such a group: without this,
 * `send * (price list|menu)` could not match anything.
 */
export function writeOut(tokens: readonly Token[]): readonly (readonly Token[])[] {
  let sequences: Token[][] = [[]];
  for (const [at, token] of tokens.entries()) {
    const choices = choicesOf(token, isAnchor(tokens, at) || isAmbiguous(tokens, at));
    sequences = sequences.flatMap((sequence) => choices.map((choice) => [...sequence, ...choice]));
    if (sequences.length > VARIANTS_MAX) break;
  }
  return sequences.filter((sequence) => sequence.length > 0).map((sequence) => anchored(sequence, tokens));
}

/** Whether an optional token stands at an anchor, `^(please)? (just)? book`: left out, it would take the anchor with it. */
function isAnchor(tokens: readonly Token[], at: number): boolean {
  const leading = tokens[0]?.start === true && tokens.slice(0, at).every(({ optional }) => optional);
  const trailing = tokens.at(-1)?.end === true && tokens.slice(at + 1).every(({ optional }) => optional);
  return tokens[at]?.optional === true && (leading || trailing);
}

/** The sequence with the anchors of the whole trigger on its own first and last token. */
function anchored(sequence: readonly Token[], tokens: readonly Token[]): readonly Token[] {
  return sequence.map((token, at) => ({
    ...token,
    ...(tokens[0]?.start && at === 0 ? { start: true } : {}),
    ...(tokens.at(-1)?.end && at === sequence.length - 1 ? { end: true } : {}),
  }));
}

/**
 * Whether an optional token could take a word that a later one needs, or stands where a wildcard looks for what comes next:
 * compromise looks one token ahead and no further.
 */
function isAmbiguous(tokens: readonly Token[], at: number): boolean {
  const own = literalsOf(tokens[at]);
  if (own === null || tokens[at - 1]?.greedy) return true;
  for (const later of tokens.slice(at + 1)) {
    const theirs = literalsOf(later);
    if (theirs === null || theirs.some((word) => own.includes(word))) return true;
    if (!later.optional) break;
  }
  return false;
}

function literalsOf(token: Token | undefined): string[] | null {
  if (token === undefined || token.negative || token.fuzzy) return null;
  if (token.fastOr) return [...token.fastOr];
  if (token.word !== undefined) return [token.word];
  const firsts = token.choices?.map(([first]) => first?.word);
  return firsts?.every((word) => word !== undefined) ? firsts : null;
}

function choicesOf(token: Token, ambiguous: boolean): Token[][] {
  if (token.negative) return [[token]];
  if (!isPhraseGroup(token) || token.choices === undefined) {
    const wildcard = token.anything && token.greedy;
    if (!token.optional || !ambiguous || wildcard) return [[token]];
    const { start: _start, end: _end, ...free } = token;
    return [[{ ...free, optional: false }], []];
  }
  const single = token.choices.filter(isWord).flat();
  const phrases = token.choices
    .filter((choice) => !isWord(choice))
    .map((choice) => choice.map(withInflections));
  const words = single.flatMap((part) => (part.word === undefined ? [] : [part.word]));
  const together: Token[][] = words.length === 0 ? [] : [[{ operator: "or", fastOr: new Set(words) }]];
  const choices = [...together, ...phrases];
  return token.optional ? [...choices, []] : choices;
}

function isWord(choice: readonly Token[]): boolean {
  const [part] = choice;
  return choice.length === 1 && part !== undefined && Object.keys(part).join() === "word";
}

/** compromise knows the forms of `{send}` only outside of groups. */
function withInflections(part: Token): Token {
  if (part.root === undefined || part.fastOr !== undefined) return part;
  const [inflected] = parseMatch(`{${part.root}${part.pos === undefined ? "" : `/${part.pos}`}}`);
  return { ...inflected, ...part };
}
