import { RE2JS } from "re2js";
import type { Shape, Test } from "./automaton.ts";
import { matchTerms, type Token } from "./compromise.ts";
import { parseTrigger, withParts } from "./parse-trigger.ts";
import type { Anchor } from "./run-automaton.ts";
import type { WrittenTrigger } from "./schema.ts";
import { wordsOfTrigger } from "./terms.ts";

/** A trigger made ready. `source` is how messages and traces show it: as its author wrote it. */
export type CompiledTrigger = { readonly source: string } & (
  | { readonly kind: "regex"; readonly regex: RE2JS }
  | {
      readonly kind: "words";
      /** Each set of words, spelled as `readTerms` spells them. */
      readonly shape: Shape<readonly string[]>;
      readonly from: Anchor;
      readonly to: Anchor;
      /** Whether compromise must read the message for it: for parts of speech and what else only it knows. */
      readonly tagged: boolean;
    }
);

const FILLERS_MAX = 3; // "oh, ok, well then": more than three before the point is a sentence of its own
const REPEATS_MAX = 20; // of `.{0,20}`; a longer gap is written with `*`
const POSITIONS_MAX = 2_000; // words of one trigger, its repeats written out

/** How a trigger is shown to people. */
export function sourceOf(written: WrittenTrigger): string {
  if (typeof written === "string") return written;
  const { opens, whole, regex } = written;
  if (regex !== undefined) return `/${regex}/`;
  return opens === undefined ? `whole: ${whole ?? ""}` : `opens: ${opens}`;
}

/** Compiles a trigger, or says in one sentence what is wrong with it. `fillers` are what `opens` and `whole` pass over.
 *  Never throws. */
export function compileTrigger(
  written: WrittenTrigger,
  fillers: readonly string[] = [],
): CompiledTrigger | { readonly error: string } {
  if (typeof written === "string") return compileWords(written, sourceOf(written));
  if (written.regex !== undefined) return compileRegex(written.regex);
  const compiled = compileWords(written.opens ?? written.whole ?? "", sourceOf(written));
  return "error" in compiled ? compiled : inClause(compiled, fillers, written.opens !== undefined);
}

/** A compiler that compiles each distinct trigger once. */
export function makeCompiler(): (
  written: WrittenTrigger,
  fillers?: readonly string[],
) => ReturnType<typeof compileTrigger> {
  const compiled = new Map<string, ReturnType<typeof compileTrigger>>();
  return (written, fillers = []) => {
    const key = triggerKey(written, fillers);
    const known = compiled.get(key) ?? compileTrigger(written, fillers);
    compiled.set(key, known);
    return known;
  };
}

/** The same for triggers that are written alike and mean the same. */
export function triggerKey(written: WrittenTrigger, fillers: readonly string[]): string {
  const passing = typeof written === "object" && written.regex === undefined;
  return JSON.stringify(passing ? [written, fillers] : written);
}

function compileRegex(source: string): CompiledTrigger | { readonly error: string } {
  const regex = compileRe2(source);
  if ("error" in regex)
    return { error: `\`${source}\` is not a regular expression in RE2 syntax: ${regex.error}` };
  if (regex.test("")) return { error: `\`${source}\` matches every text, even an empty one` };
  return { kind: "regex", source: `/${source}/`, regex };
}

/** RE2 runs in linear time whatever the pattern; case does not matter to it here. */
export function compileRe2(source: string): RE2JS | { readonly error: string } {
  try {
    return RE2JS.compile(source, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    return {
      error: error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "unknown",
    };
  }
}

type CompiledWords = CompiledTrigger & { readonly kind: "words" };

function compileWords(match: string, source: string): CompiledWords | { readonly error: string } {
  const tokens = parseTrigger(match);
  if ("error" in tokens) return tokens;
  if (tokens.every((token) => token.optional || token.anything || token.negative)) {
    return { error: `the trigger \`${source}\` matches any words: it needs a word that must be there` };
  }
  const shape: CompiledWords["shape"] = { kind: "sequence", parts: tokens.map(toShape) };
  if (sizeOf(shape) > POSITIONS_MAX) {
    return {
      error: `the trigger \`${source}\` has more than ${POSITIONS_MAX} words; write several triggers`,
    };
  }
  return {
    kind: "words",
    source,
    shape,
    from: tokens[0]?.start === true ? "sentence" : "anywhere",
    to: tokens.at(-1)?.end === true ? "sentence" : "anywhere",
    tagged: tokens.flatMap(withParts).some(needsCompromise),
  };
}

/** The trigger at the beginning of a clause, or as the whole of one, with fillers passed over. */
function inClause(compiled: CompiledWords, fillers: readonly string[], opens: boolean): CompiledWords {
  const choices = fillers.map((filler): CompiledWords["shape"] => ({
    kind: "sequence",
    parts: wordsOfTrigger(filler).map((word) => ({ kind: "test", test: { kind: "word", word: [word] } })),
  }));
  const some = repeat({ kind: "choice", parts: choices }, 0, choices.length === 0 ? 0 : FILLERS_MAX);
  const parts = opens ? [some, compiled.shape] : [some, compiled.shape, some];
  return {
    ...compiled,
    shape: { kind: "sequence", parts },
    from: compiled.from === "anywhere" ? "clause" : compiled.from,
    to: compiled.to === "anywhere" && !opens ? "clause" : compiled.to,
  };
}

function sizeOf(shape: Shape<readonly string[]>): number {
  if (shape.kind === "test") return 1;
  return shape.kind === "optional" || shape.kind === "repeated"
    ? sizeOf(shape.of)
    : shape.parts.reduce((sum, part) => sum + sizeOf(part), 0);
}

function toShape(token: Token): Shape<readonly string[]> {
  const { optional, greedy, max, ...once } = token;
  const one = onceShape(once);
  if (max !== undefined) return repeat(one, token.min ?? 0, Math.min(max, REPEATS_MAX));
  const repeated: typeof one = greedy && token.chunk === undefined ? { kind: "repeated", of: one } : one;
  return optional ? { kind: "optional", of: repeated } : repeated;
}

/** From `min` to `max` times: each one more only behind the one before. */
function repeat<Word>(shape: Shape<Word>, min: number, max: number): Shape<Word> {
  let more: Shape<Word> = { kind: "sequence", parts: [] };
  for (let count = max; count > min; count -= 1)
    more = { kind: "optional", of: { kind: "sequence", parts: [shape, more] } };
  return { kind: "sequence", parts: [...Array.from({ length: min }, () => shape), more] };
}

function onceShape(token: Token): Shape<readonly string[]> {
  if (token.choices !== undefined && token.operator !== "and" && !token.negative) {
    return { kind: "choice", parts: choicesOf(token.choices) };
  }
  return { kind: "test", test: toTest(token) };
}

/** The choices of a group; those of one plain word are one look-up together, since long lists of words are the rule. */
function choicesOf(choices: readonly (readonly Token[])[]): Shape<readonly string[]>[] {
  const words = choices.flatMap(([token, ...more]) =>
    token && more.length === 0 ? (plainWord(token) ?? []) : [],
  );
  const others = choices.filter(([token, ...more]) => !token || more.length > 0 || plainWord(token) === null);
  return [
    ...(words.length > 0 ? [{ kind: "test", test: { kind: "word", word: words } } as const] : []),
    ...others.map((choice) => ({ kind: "sequence", parts: choice.map(toShape) }) as const),
  ];
}

/** The word of a token that is nothing but a word. */
function plainWord(token: Token): string | null {
  return token.word !== undefined && Object.keys(token).length === 1 ? token.word : null;
}

function toTest(token: Token): Test<readonly string[]> {
  const { negative, ...positive } = token;
  if (negative) return { kind: "not", test: toTest(positive) };
  if (token.anything) return { kind: "any" };
  if (token.regex !== undefined) {
    const { regex } = token;
    return { kind: "where", holds: ({ normal }) => regex.test(normal) };
  }
  if (token.method === "hasQuestionMark") return { kind: "where", holds: ({ asks }) => asks };
  if (needsCompromise(token)) {
    return { kind: "where", holds: ({ tagged }) => tagged !== undefined && matchTerms([tagged], [positive]).length > 0 };
  }
  if (token.choices !== undefined) return { kind: "oneOf", tests: token.choices.flat().map(toTest) };
  return { kind: "word", word: token.fastOr ? [...token.fastOr] : [token.word ?? ""] };
} // prettier-ignore

function needsCompromise(token: Token): boolean {
  return (
    token.tag !== undefined ||
    token.chunk !== undefined ||
    token.switch !== undefined ||
    token.pos !== undefined ||
    token.fuzzy === true ||
    token.operator === "and" ||
    (token.method !== undefined && token.method !== "hasQuestionMark")
  );
}
