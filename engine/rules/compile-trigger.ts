import { RE2JS } from "re2js";
import { parseTrigger, type ParsedTrigger } from "./parse-trigger.ts";
import type { WrittenTrigger } from "./schema.ts";
import { wordsOfTrigger } from "./terms.ts";
import type { ReadAtoms } from "./trigger-reader.ts";
import { choice, hasWord, one, repeat, sizeOf, type WordShape } from "./word-shape.ts";

/** A trigger made ready. `source` is how messages and traces show it: as its author wrote it. */
export type CompiledTrigger = { readonly source: string } & (
  { readonly kind: "regex"; readonly regex: RE2JS } | ({ readonly kind: "words" } & ParsedTrigger)
);

const NO_FILLERS: readonly string[] = [];
const FILLERS_MAX = 3; // "oh, ok, well then": more than three before the point is a sentence of its own
const WORDS_MAX = 2_000; // of one trigger, its repeats written out
const STEPS_MAX = 5_000; // about 20 ms on the longest message, at the worst

/** How a trigger is shown to people. */
export function sourceOf(written: WrittenTrigger): string {
  if (typeof written === "string") return written;
  const { opens, whole, regex } = written;
  if (regex !== undefined) return `/${regex}/`;
  return opens === undefined ? `whole: ${whole ?? ""}` : `opens: ${opens}`;
}

type Compiled = CompiledTrigger | { readonly error: string };

/** Compiles a trigger, or says in one sentence what is wrong with it. `fillers` are what `opens` and `whole` pass over.
 *  Never throws. */
export type Compiler = (written: WrittenTrigger, fillers?: readonly string[]) => Compiled;

/** A compiler that compiles each distinct trigger once, and what triggers have in common once. */
export function makeCompiler(): Compiler {
  const compiled = new Map<string, Compiled>();
  const atoms: ReadAtoms = new Map();
  const passedOver = new Map<readonly string[], WordShape>();
  const compile: Compiler = (written, fillers = NO_FILLERS) => {
    const needless = needlessEnding(written);
    if (needless !== null) return needless;
    if (typeof written === "string") return withinLimits(compileWords(written, sourceOf(written), atoms));
    if (written.regex !== undefined) return compileRegex(written.regex);
    const words = compileWords(written.opens ?? written.whole ?? "", sourceOf(written), atoms);
    if ("error" in words) return words;
    const some = passedOver.get(fillers) ?? someOf(fillers);
    passedOver.set(fillers, some);
    return withinLimits(inClause(words, some, written.opens !== undefined));
  };
  return (written, fillers) => {
    const key = triggerKey(written, fillers);
    const known = compiled.get(key) ?? compile(written, fillers);
    compiled.set(key, known);
    return known;
  };
}

/** A sentence copied with its question mark: the mark makes the last word optional, which widens the trigger unseen. */
function needlessEnding(written: WrittenTrigger): { readonly error: string } | null {
  const open = typeof written === "string" ? written : written.opens;
  const ending = /[\p{L}\p{N}']+\?\s*$/u.exec(open ?? "")?.[0].trim();
  return ending === undefined
    ? null
    : {
        error: `the trigger \`${sourceOf(written)}\` ends with \`${ending}\`, which makes that word optional and so needless; leave the ? out (a question mark is @hasQuestionMark)`,
      };
}

/** The same for triggers that are written alike and mean the same. */
function triggerKey(written: WrittenTrigger, fillers: readonly string[] = NO_FILLERS): string {
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

function compileWords(
  match: string,
  source: string,
  atoms: ReadAtoms,
): CompiledWords | { readonly error: string } {
  const parsed = parseTrigger(match, atoms);
  if ("error" in parsed) return parsed;
  if (!hasWord(parsed.shape)) {
    return { error: `the trigger \`${source}\` matches any words: it needs a word that must be there` };
  }
  return { kind: "words", source, ...parsed };
}

/** Refuses what would take a message's time: a trigger's time is the text's length times its steps. */
function withinLimits(compiled: CompiledWords | { readonly error: string }): Compiled {
  if ("error" in compiled) return compiled;
  const { words, steps } = sizeOf(compiled.shape);
  const much =
    words > WORDS_MAX
      ? `${WORDS_MAX} words`
      : steps > STEPS_MAX
        ? `${STEPS_MAX} ways from one word to the next`
        : null;
  return much === null
    ? compiled
    : {
        error: `the trigger \`${compiled.source}\` has more than ${much}, its repeats written out; write several triggers`,
      };
}

/** As many fillers as may stand in front of a trigger, or behind it. */
function someOf(fillers: readonly string[]): WordShape {
  if (fillers.length === 0) return one([]);
  const words = fillers.map((filler) =>
    one(
      wordsOfTrigger(filler).map((word): WordShape => ({
        kind: "test",
        test: { kind: "word", word: [word] },
      })),
    ),
  );
  return repeat(choice(words), 0, FILLERS_MAX);
}

/** The trigger at the beginning of a clause, or as the whole of one, with fillers passed over. */
function inClause(compiled: CompiledWords, some: WordShape, opens: boolean): CompiledWords {
  const parts = opens ? [some, compiled.shape] : [some, compiled.shape, some];
  return {
    ...compiled,
    shape: { kind: "sequence", parts },
    from: compiled.from === "anywhere" ? "clause" : compiled.from,
    to: compiled.to === "anywhere" && !opens ? "clause" : compiled.to,
  };
}
