import { place, type LintedPack } from "./linted-pack.ts";
import { unknownField } from "./lint-references.ts";
import { nearest } from "./nearest.ts";
import type { Problem } from "./pack.ts";
import { placedExamples, type PlacedExample } from "./placed-examples.ts";

/** Examples of no rule, or asked for no field, and those that a rule must match and must not match at once. */
export function lintExamples(pack: LintedPack): Problem[] {
  const placed = pack.files.flatMap(placedExamples);
  return [
    ...unknownRules(pack),
    ...placed.flatMap(({ file, steps, asked }) =>
      asked === null ? [] : unknownField(file, [...steps, "asked"], asked, pack.fieldKeys),
    ),
    ...contradictions(placed),
  ];
}

function unknownRules({ intents, signals, examples }: LintedPack): Problem[] {
  const rules = [...intents.map(({ data }) => data.intent), ...signals.map(({ data }) => data.signal)];
  return examples.flatMap((file) => {
    const { examples_of: rule } = file.data;
    if (rules.includes(rule)) return [];
    const near = nearest(rule, rules);
    const suggestion = near === null ? "" : `; did you mean \`${near}\`?`;
    return [file.problem(["examples_of"], `the pack has no intent and no signal \`${rule}\`${suggestion}`)];
  });
}

function contradictions(placed: readonly PlacedExample[]): Problem[] {
  const wanted = new Map(
    placed.filter(({ expected }) => expected === "matches").map((example) => [keyOf(example), example]),
  );
  return placed.flatMap((example) => {
    const both = example.expected === "ignores" ? wanted.get(keyOf(example)) : undefined;
    return both === undefined
      ? []
      : [
          example.file.problem(
            example.steps,
            `“${example.text}” is in \`matches\` too (${place(both.file, ...both.steps)})`,
          ),
        ];
  });
}

function keyOf({ intent, text, asked }: PlacedExample): string {
  return JSON.stringify([intent, text, asked]);
}
