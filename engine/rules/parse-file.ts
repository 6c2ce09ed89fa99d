import { isMap, isNode, isScalar, parseDocument, visit, type Document, type Scalar } from "yaml";
import type { z } from "zod";
import { describeIssue } from "./describe-issue.ts";
import type { Problem, RuleFile } from "./pack.ts";
import type { Step } from "./problems.ts";
import {
  FILE_KINDS,
  type ExamplesFile,
  type FieldsFile,
  type FileKind,
  type IntentFile,
  type SignalFile,
  type TranscriptsFile,
  type WordingsFile,
} from "./schema.ts";

/** Lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

interface Located {
  readonly path: string;
  /** Where the value at these steps stands; where there is none, what holds it. */
  at(...steps: readonly Step[]): Position;
  /** A problem with the value at these steps. */
  problem(steps: readonly Step[], message: string): Problem;
}

/** A rule file that is right in itself. */
export type ParsedFile = Located &
  (
    | { readonly kind: "intent"; readonly data: IntentFile }
    | { readonly kind: "signal"; readonly data: SignalFile }
    | { readonly kind: "fields"; readonly data: FieldsFile }
    | { readonly kind: "wordings"; readonly data: WordingsFile }
    | { readonly kind: "examples_of"; readonly data: ExamplesFile }
    | { readonly kind: "transcripts"; readonly data: TranscriptsFile }
  );

export type FileOf<Kind extends FileKind> = Extract<ParsedFile, { kind: Kind }>;

const FILE_BYTES_MAX = 1_000_000; // a rule file is written by hand; more is a mistake or an attack
const UTF8_BYTES_PER_UNIT_MAX = 3;
const KINDS = Object.keys(FILE_KINDS).filter((key): key is FileKind => key in FILE_KINDS);
const KINDS_LISTED = KINDS.map((kind) => `\`${kind}\``).join(", ");

/** Reads one rule file. Never throws: whatever the text, it is a file or a list of problems. */
export function parseFile(
  file: RuleFile,
): { readonly file: ParsedFile } | { readonly problems: readonly Problem[] } {
  const whole = (message: string): Problem => ({ path: file.path, line: 1, column: 1, message });
  if (file.text.length * UTF8_BYTES_PER_UNIT_MAX > FILE_BYTES_MAX && utf8Length(file.text) > FILE_BYTES_MAX) {
    return {
      problems: [whole(`the file is larger than ${FILE_BYTES_MAX} bytes, the most that is accepted`)],
    };
  }
  if (!file.text.isWellFormed() || file.text.includes("\0")) {
    return { problems: [whole("the file is not well-formed UTF-8 text without NUL characters")] };
  }
  try {
    return readDocument(file);
  } catch {
    // Thousands of nested brackets overflow the stack of any recursive reader.
    return { problems: [whole("the file cannot be read as YAML: it is nested too deeply")] };
  }
}

function readDocument(file: RuleFile): ReturnType<typeof parseFile> {
  const document = parseDocument(file.text, {
    strict: true,
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
    version: "1.2",
  });
  const at = makeLocator(file.text);
  const broken = [...document.errors, ...document.warnings].map((error) => ({
    path: file.path,
    ...at(error.pos[0]),
    message: `not valid YAML: ${firstLetterLow(error.message)}`,
  }));
  if (broken.length > 0) return { problems: broken };
  const forbidden = findForbidden(document, file.text).map(({ offset, message }) => ({
    path: file.path,
    ...at(offset),
    message,
  }));
  if (forbidden.length > 0) return { problems: forbidden };
  return checkShape(file, document, at);
}

function checkShape(
  file: RuleFile,
  document: Document,
  at: (offset: number) => Position,
): ReturnType<typeof parseFile> {
  const offsetOf = (steps: readonly Step[]): number => {
    for (let depth = steps.length; depth >= 0; depth -= 1) {
      const node = depth === 0 ? document.contents : document.getIn(steps.slice(0, depth), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  };
  const located: Located = {
    path: file.path,
    at: (...steps) => at(offsetOf(steps)),
    problem: (steps, message) => ({ path: file.path, ...at(offsetOf(steps)), message }),
  };
  const kinds = isMap(document.contents) ? KINDS.filter((kind) => document.has(kind)) : [];
  // `language` and a list of fields appear in several kinds; the kind is the first of its own keys that is there.
  const kind = kinds[0];
  if (kind === undefined || kinds.length > 1) {
    const found =
      kinds.length > 1
        ? `this one has ${kinds.map((kind) => `\`${kind}\``).join(" and ")}`
        : "this one has none";
    const message = `a rule file has exactly one of the keys ${KINDS_LISTED} at its top level; ${found}`;
    return { problems: [located.problem([], message)] };
  }
  const keyOffset = (steps: readonly Step[], key: string): number => {
    const holder = steps.length === 0 ? document.contents : document.getIn(steps, true);
    const pair = isMap(holder) && holder.items.find((item) => isScalar(item.key) && item.key.value === key);
    return pair && isScalar(pair.key) && pair.key.range ? pair.key.range[0] : offsetOf(steps);
  };
  const parsed = parseKind(kind, document.toJS({ maxAliasCount: 0 }), located);
  if ("file" in parsed) return parsed;
  const problems = parsed.issues
    .flatMap((issue) => describeIssue(issue, kind))
    .map(({ steps, key, message }) => ({
      path: file.path,
      ...at(key === undefined ? offsetOf(steps) : keyOffset(steps, key)),
      message,
    }));
  return { problems };
}

function parseKind(
  kind: FileKind,
  value: unknown,
  located: Located,
): { readonly file: ParsedFile } | { readonly issues: readonly z.core.$ZodIssue[] } {
  // A switch, because the checker cannot tie a looked-up schema to the kind it was looked up by.
  switch (kind) {
    case "intent": {
      const read = FILE_KINDS.intent.schema.safeParse(value, { reportInput: true });
      return read.success ? { file: { ...located, kind, data: read.data } } : { issues: read.error.issues };
    }
    case "signal": {
      const read = FILE_KINDS.signal.schema.safeParse(value, { reportInput: true });
      return read.success ? { file: { ...located, kind, data: read.data } } : { issues: read.error.issues };
    }
    case "fields": {
      const read = FILE_KINDS.fields.schema.safeParse(value, { reportInput: true });
      return read.success ? { file: { ...located, kind, data: read.data } } : { issues: read.error.issues };
    }
    case "wordings": {
      const read = FILE_KINDS.wordings.schema.safeParse(value, { reportInput: true });
      return read.success ? { file: { ...located, kind, data: read.data } } : { issues: read.error.issues };
    }
    case "examples_of": {
      const read = FILE_KINDS.examples_of.schema.safeParse(value, { reportInput: true });
      return read.success ? { file: { ...located, kind, data: read.data } } : { issues: read.error.issues };
    }
    case "transcripts": {
      const read = FILE_KINDS.transcripts.schema.safeParse(value, { reportInput: true });
      return read.success ? { file: { ...located, kind, data: read.data } } : { issues: read.error.issues };
    }
  }
  return kind satisfies never;
}

/** YAML that a rule file has no use for: it would make what is written differ from what is read. */
function findForbidden(
  document: Document,
  text: string,
): { readonly offset: number; readonly message: string }[] {
  const found: { offset: number; message: string }[] = [];
  visit(document, {
    Alias: (_key, node) => {
      found.push({
        offset: node.range?.[0] ?? 0,
        message: `aliases such as \`*${node.source}\` are not accepted`,
      });
    },
    Node: (_key, node) => {
      const offset = node.range?.[0] ?? 0;
      if ("anchor" in node && node.anchor) {
        found.push({ offset, message: `anchors such as \`&${node.anchor}\` are not accepted` });
      }
      if (isScalar(node)) found.push(...misread(node, offset, text));
      if (node.tag) found.push({ offset, message: `tags such as \`${node.tag}\` are not accepted` });
    },
  });
  return found;
}

/** What YAML takes in its stride and the author did not mean. */
function misread(
  { type, value, range }: Scalar,
  offset: number,
  text: string,
): readonly { readonly offset: number; readonly message: string }[] {
  if (type === "PLAIN" && text.slice(offset, range?.[1]).includes("\n")) {
    const message =
      "this text runs on over several lines, as it does when a line below it is indented by a space too many; write it on one line, or in quotes";
    return [{ offset, message }];
  }
  const behind =
    type === "PLAIN" ? /^[ \t]+(#\w+)/.exec(text.slice(range?.[1], (range?.[1] ?? 0) + 40))?.[1] : undefined;
  if (behind !== undefined) {
    const message = `\`${behind}\` is a comment to YAML, so it is not read: put the whole text into quotes; or, if a comment is meant, write a space behind the #`;
    return [{ offset, message }];
  }
  if (typeof value === "string" && /(?![\t\n\r])\p{Cc}/u.test(value)) {
    const message =
      'there is a control character in this text, as "\\b" makes one in double quotes; write regular expressions in single quotes';
    return [{ offset, message }];
  }
  return [];
}

/** Positions of offsets in a text. yaml's own line counter loses count after a directive in the middle of a file. */
function makeLocator(text: string): (offset: number) => Position {
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    const within = Math.min(offset, text.length);
    let [low, high] = [0, lineStarts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((lineStarts[middle] ?? 0) <= within) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: within - (lineStarts[low] ?? 0) + 1 };
  };
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}

function firstLetterLow(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
