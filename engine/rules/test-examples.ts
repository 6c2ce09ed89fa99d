import type { Example, MatcherResult, Problem, RulePack } from "./pack.ts";
import { sortProblems } from "./problems.ts";

/** Runs the examples of every rule file and says which ones go otherwise than their author expected. */
export function testExamples(pack: RulePack): Problem[] {
  return sortProblems(pack.examples.flatMap((example) => testExample(pack, example)));
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
