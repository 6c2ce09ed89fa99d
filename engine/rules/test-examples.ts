import type { Example, MatcherResult, Problem, RulePack } from "./pack.ts";
import { sortProblems } from "./problems.ts";

/** Runs the examples of every rule file and says which ones go otherwise than their author expected. */
export function testExamples(pack: RulePack): Problem[] {
  return problemsOf(
    pack,
    pack.examples.filter(({ heldBack }) => !heldBack),
  );
}

/** How a rule does on the examples that its author did not look at. */
export interface HeldBackScore {
  readonly intent: string;
  readonly right: Readonly<Record<Example["expected"], number>>;
  readonly all: Readonly<Record<Example["expected"], number>>;
  readonly problems: readonly Problem[];
}

/** Counts the held-back examples of every rule that has some, in the order of their names. */
export function scoreHeldBack(pack: RulePack): HeldBackScore[] {
  const heldBack = pack.examples.filter((example) => example.heldBack);
  const intents = [...new Set(heldBack.map(({ intent }) => intent))].toSorted();
  return intents.map((intent) => {
    const of = (expected: Example["expected"]): Example[] =>
      heldBack.filter((example) => example.intent === intent && example.expected === expected);
    const [matches, ignores] = [of("matches"), of("ignores")];
    const wrong = { matches: problemsOf(pack, matches), ignores: problemsOf(pack, ignores) };
    return {
      intent,
      right: {
        matches: matches.length - wrong.matches.length,
        ignores: ignores.length - wrong.ignores.length,
      },
      all: { matches: matches.length, ignores: ignores.length },
      problems: [...wrong.matches, ...wrong.ignores],
    };
  });
}

function problemsOf(pack: RulePack, examples: readonly Example[]): Problem[] {
  return sortProblems(examples.flatMap((example) => testExample(pack, example)));
}

function testExample(pack: RulePack, example: Example): Problem[] {
  const { path, line, column, intent, text } = example;
  const heard = pack.matcher.match(text);
  const matches: readonly Match[] = [...heard.intents, ...heard.signals];
  const own = matches.find((match) => match.intent === intent);
  const silent = example.asked === null && [...pack.askedOnly].some((signal) => signal === intent);
  const matched = own !== undefined && !silent;
  if (matched === (example.expected === "matches")) return [];
  const message = matched
    ? `“${text}” should not match ${intent}, but its trigger \`${own.trigger}\` matches “${text.slice(own.start, own.end)}”`
    : own
      ? `“${text}” matches ${intent}, but that counts only while a field is asked for: write {text: …, asked: a field}`
      : `“${text}” does not match ${intent}; ${insteadOf(matches, text)}`;
  return [{ path, line, column, message }];
}

type Match = MatcherResult["intents"][number];

function insteadOf(matches: readonly Match[], text: string): string {
  if (matches.length === 0) return "no other rule matches it either";
  const listed = matches.map(
    (match) => `${match.intent} by “${text.slice(match.start, match.end)}” (\`${match.trigger}\`)`,
  );
  return `what matches: ${[...new Set(listed)].join(", ")}`;
}
