import type { z } from "zod";
import { AppError } from "../app-error.ts";
import type { Fault } from "../app-error.ts";

const FAULTS_MAX = 20; // more than a person reads
const KEY_CHARS_MAX = 60; // a pointer names the key; it need not repeat a whole book

/** Parses a JSON body. Throws invalid_request with a JSON pointer to each field at fault. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  return parse(schema, body, (path) => path.map((key) => `/${escaped(key)}`).join(""));
}

/** Parses a query string's parameters. Throws invalid_request with "?name" for each one at fault. */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, query: unknown): z.output<Schema> {
  return parse(schema, query, (path) => `?${path.map(escaped).join("/")}`);
}

type Pointer = (path: readonly PropertyKey[]) => string;

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown, pointer: Pointer): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, pointer)).slice(0, FAULTS_MAX);
  const first = faults[0];
  const where = first === undefined || first.pointer === "" ? "The body" : first.pointer;
  throw new AppError("invalid_request", `${where} ${first?.detail ?? "is not valid"}.`, { faults });
}

function faultsOf(issue: z.core.$ZodIssue, pointer: Pointer): readonly Fault[] {
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        pointer: pointer([...issue.path, key]),
        detail: "is not a field of this request",
      }));
    case "invalid_type":
      return [{ pointer: pointer(issue.path), detail: typeDetail(issue) }];
    case "invalid_value":
      return [
        { pointer: pointer(issue.path), detail: `must be one of ${issue.values.map(String).join(", ")}` },
      ];
    default:
      return [{ pointer: pointer(issue.path), detail: issue.message }];
  }
}

function typeDetail(issue: z.core.$ZodIssueInvalidType): string {
  const article = /^[aeiou]/u.test(issue.expected) ? "an" : "a";
  return issue.input === undefined && issue.message.endsWith("undefined")
    ? `is required: ${article} ${issue.expected}`
    : `must be ${article} ${issue.expected}`;
}

function escaped(key: PropertyKey): string {
  return String(key).slice(0, KEY_CHARS_MAX).replaceAll("~", "~0").replaceAll("/", "~1");
}
