import { z } from "zod";
import { nearest } from "./nearest.ts";
import type { Step } from "./problems.ts";
import { FILE_KINDS, type FileKind } from "./schema.ts";

/** What zod found, in an author's words. With `key`, the problem is that key itself and not its value. */
export interface DescribedIssue {
  readonly steps: readonly Step[];
  readonly key?: string;
  readonly message: string;
}

export function describeIssue(issue: z.core.$ZodIssue, kind: FileKind): DescribedIssue[] {
  const steps = issue.path.filter((step): step is Step => typeof step !== "symbol");
  const name = nameOf(steps);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ steps, key, message: unknownKey(key, steps, kind) }));
    case "invalid_type":
      return [{ steps, message: wrongType(issue, steps, kind) }];
    case "invalid_value": {
      const accepted = issue.values.map((value) => `\`${String(value)}\``).join(", ");
      return [{ steps, message: `${name} is ${shown(issue.input)}; accepted: ${accepted}` }];
    }
    case "too_small":
    case "too_big":
      return [{ steps, message: outOfRange(issue, name) }];
    case "invalid_format":
      return [{ steps, message: `${name} is ${shown(issue.input)}; accepted: ${issue.message}` }];
    case "invalid_union": {
      const described = nearestBranch(issue);
      return described
        ? described.flatMap((inner) =>
            describeIssue({ ...inner, path: [...issue.path, ...inner.path] }, kind),
          )
        : [
            {
              steps,
              message: `${name} is ${typeName(issue.input)}; accepted: a text, or ${otherwise(steps)}`,
            },
          ];
    }
    case "invalid_key": {
      const key = String(steps.at(-1));
      const accepted = issue.issues.map((inner) => inner.message).join("; ");
      return [
        {
          steps: steps.slice(0, -1),
          key,
          message: `\`${key}\` is not a field's name; accepted: ${accepted}`,
        },
      ];
    }
    case "custom":
    case "invalid_element":
    case "not_multiple_of":
      return [{ steps, message: issue.message }];
  }
  return issue satisfies never;
}

function unknownKey(key: string, steps: readonly Step[], kind: FileKind): string {
  const accepted = acceptedKeys(kind, steps);
  const near = nearest(key, accepted);
  const place = steps.length === 0 ? FILE_KINDS[kind].called : nameOf(steps);
  return (
    `\`${key}\` is not a key of ${place}` +
    (near === null ? ". " : `; did you mean \`${near}\`? `) +
    `Accepted: ${accepted.map((name) => `\`${name}\``).join(", ")}`
  );
}

function wrongType(issue: z.core.$ZodIssueInvalidType, steps: readonly Step[], kind: FileKind): string {
  const accepted = TYPE_NAMES[issue.expected] ?? issue.expected;
  if (issue.input === undefined) {
    const holder = steps.length <= 1 ? FILE_KINDS[kind].called : nameOf(steps.slice(0, -1));
    return `\`${String(steps.at(-1))}\` is missing from ${holder}; it takes ${accepted}`;
  }
  const quote = accepted === "a text" && typeof issue.input !== "object" ? " (put it in quotes)" : "";
  return `${nameOf(steps)} is ${typeName(issue.input)}; accepted: ${accepted}${quote}`;
}

function outOfRange(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall, name: string): string {
  const [word, limit] = issue.code === "too_small" ? ["least", issue.minimum] : ["most", issue.maximum];
  if (issue.origin === "string") return `${name} is too long; accepted: at ${word} ${limit} characters`;
  if (issue.origin === "array") return `${name} is empty; accepted: at ${word} ${limit} entry`;
  return `${name} is ${shown(issue.input)}; accepted: at ${word} ${limit}`;
}

/** Of a text-or-more union: the branch that the author evidently meant, or null when it is neither. */
function nearestBranch(issue: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] | null {
  const ofItsType = issue.errors.find((branch) =>
    branch.every((inner) => !(inner.code === "invalid_type" && inner.path.length === 0)),
  );
  return ofItsType ?? null;
}

function otherwise(steps: readonly Step[]): string {
  const list = steps.findLast((step) => typeof step === "string");
  if (list === "matches" || list === "ignores") return "{text: '…', asked: a field}";
  return list === "triggers" || list === "except" || list === "mentions"
    ? "{opens: …}, {whole: …} or {regex: '…'}"
    : "a list of texts";
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  array: "a list",
  object: "keys with values",
  record: "keys with values",
  boolean: "true or false",
  number: "a whole number",
  int: "a whole number",
};

function typeName(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "keys with values";
  return shown(value);
}

function shown(value: unknown): string {
  if (typeof value === "object") return typeName(value);
  const text = String(value);
  return text.trim() === "" ? "empty" : `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``;
}

/** `ask.email[1]`, or the file when there are no steps. */
function nameOf(steps: readonly Step[]): string {
  if (steps.length === 0) return "the file";
  const joined = steps.map((step, at) =>
    typeof step === "number" ? `[${step + 1}]` : at === 0 ? step : `.${step}`,
  );
  return `\`${joined.join("")}\``;
}

/** The keys of the schema's object at these steps. */
function acceptedKeys(kind: FileKind, steps: readonly Step[]): string[] {
  let here: unknown = FILE_KINDS[kind].schema;
  for (const step of [...steps, null]) {
    here = unwrap(here);
    if (step === null) break;
    if (here instanceof z.ZodArray) here = here.element;
    else if (here instanceof z.ZodRecord) here = here.valueType;
    else if (here instanceof z.ZodObject) here = here.shape[String(step)];
    else return [];
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

/** Through defaults, options, transforms and unions to the schema of the object or list inside. */
function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  if (schema instanceof z.ZodUnion)
    return unwrap(schema.options.find((option) => !(option instanceof z.ZodString)));
  return schema;
}
