import { z } from "zod";
import { FILE_KINDS } from "./schema.ts";

/**
 * The rule files as a JSON Schema (draft 2020-12), for editors: they complete keys, show the descriptions and underline
 * slips. rules/schema.json is this, written down; json-schema.test.ts keeps the two the same.
 */
export function ruleFileJsonSchema(): object {
  const kinds = Object.entries(FILE_KINDS).map(([kind, { schema }]) => {
    const { $schema: _dialect, ...shape } = z.toJSONSchema(schema, { io: "input" });
    return { kind, shape };
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Rule file",
    description:
      "A file of a rule pack. Its kind is its top-level key: intent, signal, fields, wordings, examples_of or transcripts.",
    type: "object",
    // Which shape holds is decided by the kind's key, so that an editor complains about that kind and not about all six.
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own keyword
    allOf: kinds.map(({ kind }) => ({ if: { required: [kind] }, then: { $ref: `#/$defs/${kind}_file` } })),
    anyOf: kinds.map(({ kind }) => ({ required: [kind] })),
    $defs: Object.fromEntries(kinds.map(({ kind, shape }) => [`${kind}_file`, shape])),
  };
}
