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
  return file.data[list].map((written, at) => ({
    file,
    steps: [list, at],
    written,
    fillers: file.data.fillers,
    owner,
  }));
}

function uncompilable(
  { file, steps, written, fillers }: PlacedTrigger,
  compile: LintedPack["compile"],
): Problem[] {
  const compiled = compile(written, fillers);
  return "error" in compiled ? [file.problem(steps, compiled.error)] : [];
}

/** The same words, however they are spaced and capitalised. */
function sameAs(written: WrittenTrigger): string {
  return typeof written === "string"
    ? written.toLowerCase().replaceAll(/\s+/g, " ").trim()
    : sourceOf(written);
}

function repeatedTriggers(triggers: readonly PlacedTrigger[]): Problem[] {
  // A signal and an intent may listen for the same words: one says what becomes of the question, the other what to answer.
  const scoped = (trigger: PlacedTrigger): string => `${trigger.file.kind} ${sameAs(trigger.written)}`;
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
  return findRepeated(excepts, ({ owner, written }) => `${owner} ${sameAs(written)}`).map(
    ({ first, again }) =>
      again.file.problem(
        again.steps,
        `\`${sourceOf(again.written)}\` is written twice in \`except\` (first in line ${again.file.at(...first.steps).line})`,
      ),
  );
}

function repeatedMentions(mentions: readonly PlacedTrigger[]): Problem[] {
  return findRepeated(mentions, ({ written }) => sameAs(written)).map(({ first, again }) =>
    again.file.problem(
      again.steps,
      `\`${sourceOf(again.written)}\` is a mention of \`${first.owner}\` already (${place(first.file, ...first.steps)})`,
    ),
  );
}

function selfCancelled(triggers: readonly PlacedTrigger[], excepts: readonly PlacedTrigger[]): Problem[] {
  return excepts.flatMap((except) => {
    const own = triggers.find(
      ({ owner, written }) => owner === except.owner && sameAs(written) === sameAs(except.written),
    );
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
