import { SIGNALS } from "../understand/understanding.ts";
import { lintExamples } from "./lint-examples.ts";
import { lintFields } from "./lint-fields.ts";
import { lintReferences } from "./lint-references.ts";
import { lintTriggers } from "./lint-triggers.ts";
import { lintWordings } from "./lint-wordings.ts";
import { findRepeated, place, type LintedPack } from "./linted-pack.ts";
import type { Problem } from "./pack.ts";
import type { FileOf, ParsedFile } from "./parse-file.ts";
import type { FileKind } from "./schema.ts";

/** Everything that is wrong between files that are each right in themselves, in no particular order. */
export function lint(files: readonly ParsedFile[], compile: LintedPack["compile"]): Problem[] {
  const ofKind = <Kind extends FileKind>(kind: Kind): FileOf<Kind>[] =>
    files.filter((file): file is FileOf<Kind> => file.kind === kind);
  const fields = ofKind("fields");
  const pack: LintedPack = {
    files,
    intents: ofKind("intent"),
    signals: ofKind("signal"),
    fields,
    wordings: ofKind("wordings"),
    examples: ofKind("examples_of"),
    transcripts: ofKind("transcripts"),
    compile,
    fieldKeys: fields.flatMap(({ data }) => data.fields.map(({ field }) => field)),
  };
  return [
    ...lintFiles(pack),
    ...lintFields(pack),
    ...lintRules(pack),
    ...lintReferences(pack),
    ...lintExamples(pack),
    ...lintTriggers(pack),
    ...lintWordings(pack),
  ];
}

function lintFiles({ files, fields, wordings }: LintedPack): Problem[] {
  const repeated = findRepeated(files, ({ path }) => path).map(({ again }) =>
    again.problem([], "the file was given twice"),
  );
  return [
    ...repeated,
    ...exactlyOne(files, fields, "fields"),
    ...exactlyOne(files, wordings, "wordings"),
    ...lintLanguages(files),
  ];
}

function exactlyOne(files: readonly ParsedFile[], found: readonly ParsedFile[], kind: FileKind): Problem[] {
  const [first, ...more] = found;
  if (first) {
    return more.map((file) =>
      file.problem([], `a pack has one ${kind} file, and ${place(first)} is one already`),
    );
  }
  const path = files[0]?.path ?? "";
  return [
    {
      path,
      line: 1,
      column: 1,
      message: `the pack has no ${kind} file (a file with the top-level key \`${kind}\`)`,
    },
  ];
}

function lintLanguages(files: readonly ParsedFile[]): Problem[] {
  const stated = files.flatMap((file) =>
    "language" in file.data && file.data.language !== undefined
      ? [{ file, language: file.data.language }]
      : [],
  );
  const first = stated.find(({ file }) => file.kind === "fields") ?? stated[0];
  return stated.flatMap(({ file, language }) =>
    first && language !== first.language
      ? [
          file.problem(
            ["language"],
            `the language is \`${language}\` here and \`${first.language}\` in ${place(first.file, "language")}; a pack has one`,
          ),
        ]
      : [],
  );
}

function lintRules({ intents, signals }: LintedPack): Problem[] {
  const names = findRepeated(intents, ({ data }) => data.intent).map(({ first, again }) =>
    again.problem(
      ["intent"],
      `the intent \`${again.data.intent}\` is defined in ${place(first, "intent")} already`,
    ),
  );
  const signalNames = findRepeated(signals, ({ data }) => data.signal).map(({ first, again }) =>
    again.problem(
      ["signal"],
      `the signal \`${again.data.signal}\` is defined in ${place(first, "signal")} already`,
    ),
  );
  const ties = findRepeated(intents, ({ data }) => data.priority).map(({ first, again }) =>
    again.problem(
      ["priority"],
      `\`${again.data.intent}\` and \`${first.data.intent}\` (${place(first, "priority")}) both have priority ` +
        `${again.data.priority}; priorities are unique, so that no order but yours decides`,
    ),
  );
  return [...names, ...signalNames, ...ties, ...intents.flatMap(lintIntent)];
}

function lintIntent(file: FileOf<"intent">): Problem[] {
  const { intent, hold, requests, replies, done } = file.data;
  const problems: Problem[] = [];
  if (SIGNALS.some((signal) => signal === intent)) {
    problems.push(
      file.problem(
        ["intent"],
        `\`${intent}\` is the name of a signal; write a signal file, or choose another name`,
      ),
    );
  }
  if (hold && requests.length > 0) {
    problems.push(
      file.problem(
        ["requests"],
        "an intent that holds asks for nothing; take away `requests` or `hold: true`",
      ),
    );
  }
  if (!hold && requests.length === 0 && replies.length === 0) {
    problems.push(
      file.problem(
        ["intent"],
        "the intent says nothing and asks for nothing; give it `replies`, `requests` or `hold: true`",
      ),
    );
  }
  if (done.length > 0 && requests.length === 0) {
    problems.push(
      file.problem(["done"], "`done` is said once everything requested is known, and nothing is requested"),
    );
  }
  return problems;
}
