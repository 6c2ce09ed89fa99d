import type { LintedPack } from "./linted-pack.ts";
import type { Problem } from "./pack.ts";
import type { ParsedFile } from "./parse-file.ts";
import type { Step } from "./problems.ts";

/** How many questions a wording holds: it is one of the things that make a bot polite. */
type Mood = "statement" | "question" | "either";

interface PlacedWording {
  readonly file: ParsedFile;
  readonly steps: readonly Step[];
  readonly text: string;
  readonly mood: Mood;
  /** Placeholders besides the pack's fields. */
  readonly extra: readonly string[];
}

/** Wordings with the wrong number of questions, or with placeholders that nothing fills. */
export function lintWordings(pack: LintedPack): Problem[] {
  const all = [...ofIntents(pack), ...ofFields(pack), ...ofWordings(pack)];
  return all.flatMap((wording) => [...lintMood(wording), ...lintPlaceholders(wording, pack.fieldKeys)]);
}

function lintMood({ file, steps, text, mood }: PlacedWording): Problem[] {
  const marks = text.match(/[?？؟⁇⁈⁉՞፧\u037e]/g)?.length ?? 0;
  if (mood === "question" && marks !== 1) {
    return [file.problem(steps, `the wording has ${countOf(marks)}; here it is exactly one question`)];
  }
  if (mood === "statement" && marks > 0) {
    return [
      file.problem(
        steps,
        `the wording has ${countOf(marks)}; here it is a statement, because a question may follow`,
      ),
    ];
  }
  if (marks > 1)
    return [file.problem(steps, `the wording has ${countOf(marks)}; a message holds at most one question`)];
  return [];
}

function countOf(marks: number): string {
  return marks === 0 ? "no question mark" : marks === 1 ? "a question mark" : `${marks} question marks`;
}

function lintPlaceholders(
  { file, steps, text, extra }: PlacedWording,
  fieldKeys: readonly string[],
): Problem[] {
  const accepted = [...fieldKeys, ...extra];
  const listed = accepted.map((name) => `{${name}}`).join(", ");
  const rest = text.replaceAll(/\{[^{}]*\}/g, "");
  const unpaired = /[{}]/.test(rest)
    ? [file.problem(steps, `the wording has a brace without its pair; accepted: ${listed}`)]
    : [];
  const unknown = [...text.matchAll(/\{([^{}]*)\}/g)].flatMap(([written, name = ""]) =>
    accepted.includes(name)
      ? []
      : [file.problem(steps, `nothing fills \`${written}\` here; accepted: ${listed}`)],
  );
  return [...unpaired, ...unknown];
}

function list(
  file: ParsedFile,
  steps: readonly Step[],
  texts: readonly string[],
  mood: Mood,
  extra: readonly string[] = [],
): PlacedWording[] {
  return texts.map((text, at) => ({ file, steps: [...steps, at], text, mood, extra }));
}

function question(file: ParsedFile, steps: readonly Step[], text: string): PlacedWording {
  return { file, steps, text, mood: "question", extra: [] };
}

function ofIntents({ intents }: LintedPack): PlacedWording[] {
  return intents.flatMap((file) => {
    const { replies, done, requests } = file.data;
    return [
      ...list(file, ["replies"], replies, requests.length > 0 ? "statement" : "either"),
      ...list(file, ["done"], done, "statement"),
      ...(["ask", "invalid"] as const).flatMap((key) =>
        Object.entries(file.data[key]).flatMap(([field, texts]) =>
          list(file, [key, field], texts, "question"),
        ),
      ),
    ];
  });
}

function ofFields({ fields }: LintedPack): PlacedWording[] {
  return fields.flatMap((file) =>
    file.data.fields.flatMap((field, at) => {
      const steps = ["fields", at] as const;
      return [
        ...list(file, [...steps, "ask"], field.ask, "question"),
        ...list(file, [...steps, "invalid"], field.invalid, "question"),
        ...(field.unvalidated === undefined
          ? []
          : [question(file, [...steps, "unvalidated"], field.unvalidated)]),
        ...list(file, [...steps, "thanks"], field.thanks, "statement"),
        ...list(file, [...steps, "corrected"], field.corrected, "statement"),
        { file, steps: [...steps, "why"], text: field.why, mood: "statement" as const, extra: [] },
      ];
    }),
  );
}

function ofWordings({ wordings }: LintedPack): PlacedWording[] {
  return wordings.flatMap((file) => {
    const general = file.data.wordings;
    return [
      ...list(file, ["wordings", "fall_back"], general.fall_back, "either"),
      ...list(file, ["wordings", "confirm"], general.confirm, "question", ["suggestion", "value"]),
      ...list(file, ["wordings", "thanks_all"], general.thanks_all, "statement", ["details"]),
      ...(["passed_on", "refused", "let_go", "waiting"] as const).flatMap((key) =>
        list(file, ["wordings", key], general[key], "statement"),
      ),
    ];
  });
}
