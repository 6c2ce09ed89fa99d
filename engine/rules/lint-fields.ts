import { compileRe2 } from "./compile-trigger.ts";
import { findRepeated, place, type LintedPack } from "./linted-pack.ts";
import type { Problem } from "./pack.ts";
import type { FileOf } from "./parse-file.ts";

const BUILT_IN = ["name", "email", "phone"];
const RESERVED = ["suggestion", "value", "details"]; // placeholders of their own

/** Fields with a name, an extractor or a pattern that cannot be theirs. */
export function lintFields({ fields }: LintedPack): Problem[] {
  const all = fields.flatMap((file) => file.data.fields.map((field, at) => ({ file, field, at })));
  const names = findRepeated(all, ({ field }) => field.field).map(({ first, again }) =>
    again.file.problem(
      ["fields", again.at, "field"],
      `the field \`${again.field.field}\` is defined in ${place(first.file, "fields", first.at, "field")} already`,
    ),
  );
  return [...names, ...all.flatMap(({ file, field, at }) => lintField(file, field, at))];
}

function lintField(
  file: FileOf<"fields">,
  field: FileOf<"fields">["data"]["fields"][number],
  at: number,
): Problem[] {
  const problems: Problem[] = [];
  const steps = ["fields", at] as const;
  // A customer's record has a place of its own for each of the three, and the email tells customers apart.
  if (
    field.field !== field.extractor &&
    [field.field, field.extractor].some((key) => BUILT_IN.includes(key))
  ) {
    problems.push(
      file.problem(
        [...steps, "extractor"],
        `the field \`${field.field}\` cannot have the extractor \`${field.extractor}\`; name, email and phone have those of their own names, every other field has \`pattern\``,
      ),
    );
  }
  if (RESERVED.includes(field.field)) {
    problems.push(
      file.problem(
        [...steps, "field"],
        `\`${field.field}\` is a placeholder of its own; name the field otherwise`,
      ),
    );
  }
  if (field.extractor === "pattern" && field.pattern === undefined) {
    problems.push(
      file.problem([...steps, "extractor"], "`extractor: pattern` needs a `pattern` in RE2 syntax"),
    );
  }
  if (field.extractor !== "pattern" && field.pattern !== undefined) {
    problems.push(
      file.problem(
        [...steps, "pattern"],
        `\`pattern\` is for \`extractor: pattern\`, not for \`${field.extractor}\``,
      ),
    );
  }
  if (field.extractor !== "phone" && field.unvalidated !== undefined) {
    problems.push(
      file.problem(
        [...steps, "unvalidated"],
        `\`unvalidated\` is for \`extractor: phone\`, not for \`${field.extractor}\``,
      ),
    );
  }
  if (field.pattern !== undefined) {
    const wrong = patternError(field.pattern);
    if (wrong !== null) problems.push(file.problem([...steps, "pattern"], wrong));
  }
  return problems;
}

function patternError(pattern: string): string | null {
  const regex = compileRe2(pattern);
  if ("error" in regex) return `\`${pattern}\` is not in RE2 syntax: ${regex.error}`;
  return regex.test("") ? `\`${pattern}\` finds a value in every text, even an empty one` : null;
}
