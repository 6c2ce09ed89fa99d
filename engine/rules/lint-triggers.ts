import { sourceOf } from "./compile-trigger.ts";
import { findRepeated, place, type LintedPack } from "./linted-pack.ts";
import type { Problem } from "./pack.ts";
import type { ParsedFile } from "./parse-file.ts";
import type { Step } from "./problems.ts";
import type { WrittenTrigger } from "./schema.ts";

interface PlacedTrigger {
  readonly file: ParsedFile;
  readonly steps: readonly Step[];
  readonly written: WrittenTrigger;
  readonly fillers: readonly string[];
  /** The rule, or the field, that it is for. */
  readonly owner: string;
  /** The same for the same words, however they are spaced and capitalised. */
  readonly gist: string;
}

/** Triggers that cannot work, that say the same twice, or that undo each other. */
export function lintTriggers(pack: LintedPack): Problem[] {
  const triggers = [...pack.intents, ...pack.signals].flatMap((file) => placed(file, "triggers"));
  const excepts = [...pack.intents, ...pack.signals].flatMap((file) => placed(file, "except"));
  const mentions = pack.fields.flatMap((file) =>
    file.data.fields.flatMap(({ field, mentions }, at) =>
      mentions.map((written, index) => ({
        file,
        steps: ["fields", at, "mentions", index],
        written,
        fillers: [],
        owner: field,
        gist: gistOf(written),
      })),
    ),
  );
  return [
    ...[...triggers, ...excepts, ...mentions].flatMap((trigger) => uncompilable(trigger, pack.compile)),
    ...repeatedTriggers(triggers),
    ...repeatedIn(excepts),
    ...repeatedMentions(mentions),
    ...selfCancelled(triggers, excepts),
  ];
}

function placed(
  file: LintedPack["intents"][number] | LintedPack["signals"][number],
  list: "triggers" | "except",
): PlacedTrigger[] {
  const owner = file.kind === "intent" ? file.data.intent : file.data.signal;
  const { fillers } = file.data;
  return file.data[list].map((written, at) => {
    return { file, steps: [list, at], written, fillers, owner, gist: gistOf(written) };
  });
}

function uncompilable(
  { file, steps, written, fillers }: PlacedTrigger,
  compile: LintedPack["compile"],
): Problem[] {
  const compiled = compile(written, fillers);
  return "error" in compiled ? [file.problem(steps, compiled.error)] : [];
}

function gistOf(written: WrittenTrigger): string {
  return typeof written === "string"
    ? written.toLowerCase().replaceAll(/\s+/g, " ").trim()
    : sourceOf(written);
}

function repeatedTriggers(triggers: readonly PlacedTrigger[]): Problem[] {
  // A signal and an intent may listen for the same words: one says what becomes of the question, the other what to answer.
  const scoped = (trigger: PlacedTrigger): string => `${trigger.file.kind} ${trigger.gist}`;
  return findRepeated(triggers, scoped).map(({ first, again }) =>
    again.file.problem(
      again.steps,
      first.owner === again.owner
        ? `the trigger \`${sourceOf(again.written)}\` is written twice (first in line ${again.file.at(...first.steps).line})`
        : `the trigger \`${sourceOf(again.written)}\` belongs to \`${first.owner}\` too (${place(first.file, ...first.steps)}), so it can never decide between them`,
    ),
  );
}

function repeatedIn(excepts: readonly PlacedTrigger[]): Problem[] {
  return findRepeated(excepts, ({ owner, gist }) => `${owner} ${gist}`).map(({ first, again }) =>
    again.file.problem(
      again.steps,
      `\`${sourceOf(again.written)}\` is written twice in \`except\` (first in line ${again.file.at(...first.steps).line})`,
    ),
  );
}

function repeatedMentions(mentions: readonly PlacedTrigger[]): Problem[] {
  return findRepeated(mentions, ({ gist }) => gist).map(({ first, again }) =>
    again.file.problem(
      again.steps,
      `\`${sourceOf(again.written)}\` is a mention of \`${first.owner}\` already (${place(first.file, ...first.steps)})`,
    ),
  );
}

function selfCancelled(triggers: readonly PlacedTrigger[], excepts: readonly PlacedTrigger[]): Problem[] {
  const byGist = new Map(triggers.map((trigger) => [`${trigger.owner} ${trigger.gist}`, trigger]));
  return excepts.flatMap((except) => {
    const own = byGist.get(`${except.owner} ${except.gist}`);
    return own
      ? [
          except.file.problem(
            except.steps,
            `\`${sourceOf(except.written)}\` is a trigger too (line ${own.file.at(...own.steps).line}), which it always cancels`,
          ),
        ]
      : [];
  });
}
