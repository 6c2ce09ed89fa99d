import nlp from "compromise";

/**
 * The one place that reaches into compromise: its parser of match syntax, its tagger, and the judge of a single word that
 * only it can judge. Triggers of plain words are run by our own automaton (see docs/decisions.md).
 */

/** A word as compromise sees it. A contraction is several terms, of which only the first has text. */
export interface Term {
  readonly pre: string;
  readonly text: string;
  readonly post: string;
  readonly normal: string;
  readonly implicit?: string;
  readonly machine?: string;
  readonly root?: string;
  readonly alias?: readonly string[];
}

/** A parsed token. compromise reads many more properties; these are the ones that we look at. */
export interface Token {
  readonly pos?: string;
  readonly fastOr?: ReadonlySet<string>;
}

interface Internals {
  readonly one: {
    match(
      sentences: readonly (readonly Term[])[],
      todo: { readonly regs: readonly Token[] },
    ): { readonly ptrs: readonly (readonly [number, number, number])[] };
    readonly termMethods: object;
  };
}

// A proven edge: compromise's types do not describe its parsed matches and methods; matcher.test.ts does.
const internals = nlp.methods() as Internals;
const model = nlp.model() as { readonly one: { readonly tagSet: object } };

/** Parses a trigger. Throws on syntax that compromise trips over. */
export function parseMatch(match: string): Token[] {
  return nlp.parseMatch(match) as Token[];
}

/** Sentences of terms, with parts of speech. About ten times the cost of `tokenize`. */
export function tag(text: string): readonly (readonly Term[])[] {
  return nlp(text).docs;
}

/** Where `tokens` match in a sentence, as [first term, term after the last). */
export function matchTerms(
  terms: readonly Term[],
  tokens: readonly Token[],
): readonly (readonly [number, number])[] {
  return internals.one.match([terms], { regs: tokens }).ptrs.map(([, start, end]) => [start, end] as const);
}

/** Whether compromise has this part of speech; one that it has not matches nothing, without a word. */
export function isTag(tag: string): boolean {
  return Object.hasOwn(model.one.tagSet, tag);
}

/** Whether `@method` exists. */
export function isTermMethod(method: string): boolean {
  return Object.hasOwn(internals.one.termMethods, method);
}
