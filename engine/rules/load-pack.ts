import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { FieldKey } from "../understand/understanding.ts";
import { makeCompiler, type CompiledTrigger, type Compiler } from "./compile-trigger.ts";
import { lint } from "./lint.ts";
import { makeMatcher } from "./matcher.ts";
import type { Example, Field, Intent, Problem, RuleFile, RulePack, Transcript, Wordings } from "./pack.ts";
import { parseFile, type FileOf, type ParsedFile } from "./parse-file.ts";
import { placedExamples, type PlacedExample } from "./placed-examples.ts";
import { compare, sortProblems } from "./problems.ts";
import type { FileKind, FieldsFile, WrittenTrigger } from "./schema.ts";
import { isTestFile } from "./test-files.ts";
import type { TriggerUse, UsedTrigger } from "./used-trigger.ts";

export interface LoadOptions {
  /** "skip": the files of examples and transcripts stay unread, and the pack has neither. They count in its hash all the same. */
  readonly tests?: "read" | "skip";
}

/**
 * Makes a rule pack of its files, or says everything that is wrong with them, in the order of path and line. The files'
 * order does not matter. Never throws.
 */
export function loadPack(
  files: readonly RuleFile[],
  { tests = "read" }: LoadOptions = {},
): { readonly pack: RulePack } | { readonly problems: readonly Problem[] } {
  const sorted = files.toSorted(
    (one, other) => compare(one.path, other.path) || compare(one.text, other.text),
  );
  const read = sorted
    .filter(({ text }) => tests === "read" || !isTestFile(text))
    .map((file) => parseFile(file));
  const broken = read.flatMap((result) => ("problems" in result ? result.problems : []));
  // What holds between files is checked once each file is right in itself, or one slip would be reported many times.
  if (broken.length > 0) return { problems: sortProblems(broken) };
  const parsed = read.flatMap((result) => ("file" in result ? [result.file] : []));
  const compile = makeCompiler();
  const problems = lint(parsed, compile);
  if (problems.length > 0) return { problems: sortProblems(problems) };
  return { pack: assemble(parsed, sorted, compile, tests === "read") };
}

/** Each path and text goes in behind its length, so that no two packs run together into the same bytes. */
function hashOf(files: readonly RuleFile[]): string {
  const hash = sha256.create();
  for (const part of files.flatMap(({ path, text }) => [utf8ToBytes(path), utf8ToBytes(text)])) {
    hash.update(utf8ToBytes(`${part.length}:`)).update(part);
  }
  return bytesToHex(hash.digest());
}

function assemble(
  files: readonly ParsedFile[],
  written: readonly RuleFile[],
  compile: Compiler,
  withTests: boolean,
): RulePack {
  const fieldsFile = ofKind(files, "fields")[0];
  const wordingsFile = ofKind(files, "wordings")[0];
  // lint has made sure of both.
  if (!fieldsFile || !wordingsFile) throw new Error("a pack without fields or wordings was not reported");
  const { limits } = fieldsFile.data;
  return freeze({
    hash: hashOf(written),
    files: written.map(({ path, text }) => ({ path, text })),
    language: fieldsFile.data.language,
    settings: null,
    limits: { attemptsMax: limits.attempts_max, coolOffDays: limits.cool_off_days },
    fields: fieldsFile.data.fields.map(toField),
    intents: ofKind(files, "intent")
      .map(toIntent)
      .toSorted((one, other) => other.priority - one.priority),
    wordings: mapValues(wordingsFile.data.wordings, toWordings),
    matcher: makeMatcher(collectTriggers(files, compile)),
    askedOnly: new Set(ofKind(files, "signal").flatMap(({ data }) => (data.asked_only ? [data.signal] : []))),
    examples: withTests ? files.flatMap(placedExamples).map(toExample) : [],
    transcripts: ofKind(files, "transcripts").flatMap(toTranscripts),
  });
}

function ofKind<Kind extends FileKind>(files: readonly ParsedFile[], kind: Kind): FileOf<Kind>[] {
  return files.filter((file): file is FileOf<Kind> => file.kind === kind);
}

function toField(written: FieldsFile["fields"][number]): Field {
  const { field, title, required, why } = written;
  return {
    field,
    title,
    extractor:
      written.extractor === "pattern"
        ? { kind: "pattern", pattern: written.pattern ?? "" }
        : { kind: written.extractor },
    required,
    ask: toWordings(written.ask),
    invalid: toWordings(written.invalid),
    ...(written.unvalidated === undefined ? {} : { unvalidated: written.unvalidated }),
    why,
    thanks: toWordings(written.thanks),
    corrected: toWordings(written.corrected),
  };
}

function toIntent({ data }: FileOf<"intent">): Intent {
  const { intent, title, priority, hold, requests, replies, done } = data;
  const ask = mapValues(data.ask, toWordings);
  const invalid = mapValues(data.invalid, toWordings);
  return { intent, title, priority, hold, requests, replies, ask, invalid, done };
}

function toExample({ file, steps, ...example }: PlacedExample): Example {
  return { ...example, path: file.path, ...file.at(...steps) };
}

function toTranscripts(file: FileOf<"transcripts">): Transcript[] {
  return file.data.transcripts.map((written, at): Transcript => ({
    title: written.title,
    region: written.region ?? null,
    path: file.path,
    line: file.at("transcripts", at).line,
    steps: written.steps.map(({ customer, agent, bot, reply_contains, ...expected }, index) => ({
      ...withoutUndefined(expected),
      ...(reply_contains === undefined ? {} : { replyContains: reply_contains }),
      role: customer !== undefined ? "customer" : agent !== undefined ? "agent" : "bot",
      text: customer ?? agent ?? bot ?? "",
      line: file.at("transcripts", at, "steps", index).line,
    })),
  }));
}

/** Every distinct trigger with its uses; lint has made sure that each one compiles. */
function collectTriggers(files: readonly ParsedFile[], compile: Compiler): UsedTrigger[] {
  const usesOf = new Map<CompiledTrigger, TriggerUse[]>();
  const add = (trigger: WrittenTrigger, use: TriggerUse, fillers?: readonly string[]): void => {
    const compiled = compile(trigger, fillers);
    if ("error" in compiled) return;
    const uses = usesOf.get(compiled);
    if (uses === undefined) usesOf.set(compiled, [use]);
    else uses.push(use);
  };
  for (const file of files) {
    if (file.kind === "fields")
      for (const { field, mentions } of file.data.fields)
        for (const mention of mentions) add(mention, { role: "mention", field });
    if (file.kind !== "intent" && file.kind !== "signal") continue;
    const rule = file.kind === "intent" ? { intent: file.data.intent } : { signal: file.data.signal };
    const addAll = (role: "trigger" | "except", key: "triggers" | "except") =>
      file.data[key].forEach((trigger, index) => {
        const at = `${file.path}:${file.at(key, index).line}`;
        add(trigger, { role, at, ...rule }, file.data.fillers);
      });
    addAll("trigger", "triggers");
    addAll("except", "except");
  }
  return [...usesOf].map(([compiled, uses]) => ({ compiled, uses }));
}

function toWordings(written: readonly string[]): Wordings {
  const [first = "", ...more] = written;
  return [first, ...more];
}

function mapValues<Key extends string, From, To>(
  record: Readonly<Record<Key, From>>,
  change: (value: From) => To,
): Record<Key, To>;
function mapValues<From, To>(
  record: Readonly<Record<FieldKey, From>>,
  change: (value: From) => To,
): Record<FieldKey, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

type Defined<Shape> = { [Key in keyof Shape]: Exclude<Shape[Key], undefined> };
function withoutUndefined<Shape extends object>(shape: Shape): Partial<Defined<Shape>>;
function withoutUndefined(shape: object): object {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined));
}

/** Packs are shared by every conversation of a workspace: nothing may change one. */
function freeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
