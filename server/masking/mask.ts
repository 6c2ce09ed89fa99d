import type { RulePack } from "../../engine/rules/pack.ts";
import type { FieldKey } from "../../engine/understand/understanding.ts";
import type { LivePack } from "../rules/live-pack.ts";
import { maskText, type ContactField } from "./mask-text.ts";
import { maskEmail, maskPhone } from "./mask-value.ts";

/** The same answer without any email address or phone number. */
export type Mask = (answer: unknown) => unknown;

type Kind = ContactField["extractor"]["kind"];

/** Masks answers, whatever they are: the values of fields that hold emails or phone numbers, by the rule pack in force, wherever
 *  they stand; and in all texts what the engine finds, what the answer itself tells of, and what looks like one. */
export function createMask(rules: LivePack): Mask {
  let made: { readonly pack: RulePack; readonly mask: Mask } | null = null;
  return (answer) => {
    const pack = rules.current();
    if (made === null || made.pack !== pack) made = { pack, mask: maskFor(pack.fields.filter(isContact)) };
    return made.mask(answer);
  };
}

const isContact = (field: RulePack["fields"][number]): field is ContactField =>
  field.extractor.kind === "email" || field.extractor.kind === "phone";

/** Under these a value of the field that the object names stands. */
const VALUE_KEYS = new Set(["value", "raw", "stated", "suggestion", "offered", "result"]);

function maskFor(fields: readonly ContactField[]): Mask {
  const kinds = new Map<string, Kind>([
    ["email", "email"],
    ["emails", "email"],
    ["phone", "phone"],
    ["phones", "phone"],
    ...fields.map(({ field, extractor }): [FieldKey, Kind] => [field, extractor.kind]),
  ]);
  return (answer) => {
    const told = new Map<string, Kind>();
    walk(answer, kinds, null, null, (text, kind) => {
      if (kind !== null && isValue(text, kind)) told.set(text, kind);
      return text;
    });
    const known = [...told].toSorted(([a], [b]) => b.length - a.length);
    return walk(answer, kinds, null, null, (text, kind, key) => {
      if (isOurs(text, key)) return text;
      if (kind !== null && isValue(text, kind)) return maskValue(text, kind);
      return key === "query" ? maskQuery(text, fields) : maskText(withoutKnown(text, known), fields);
    });
  };
}

type Change = (text: string, kind: Kind | null, key: string | null) => string;

/** Changes every string of an answer. `kind`: of the field whose value the string is, where it is one. */
function walk(
  value: unknown,
  kinds: ReadonlyMap<string, Kind>,
  kind: Kind | null,
  key: string | null,
  change: Change,
): unknown {
  if (typeof value === "string") return change(value, kind, key);
  if (Array.isArray(value)) return value.map((item) => walk(item, kinds, kind, key, change));
  if (typeof value !== "object" || value === null) return value;
  const named = "field" in value && typeof value.field === "string" ? (kinds.get(value.field) ?? null) : null;
  // {"email": {"value": …}}: the part belongs to the field that it is called by.
  const own = named ?? kind;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      const inner = kinds.get(name) ?? (VALUE_KEYS.has(name) || isObject(part) ? own : null);
      return [name, walk(part, kinds, inner, name, change)];
    }),
  );
}

const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a text may be such a value, and no word about it: {"email": "survivor"}. */
function isValue(text: string, kind: Kind): boolean {
  return kind === "email" ? /[@＠﹫]/u.test(text) : /\p{Nd}/u.test(text);
}

function maskValue(text: string, kind: Kind): string {
  return kind === "email" ? maskEmail(text) : maskPhone(text);
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;
const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/u;
const HASH = /^[0-9a-f]{64}$/u;

/** What the server writes itself and callers need whole: ids, times, hashes, and cursors. */
function isOurs(text: string, key: string | null): boolean {
  return UUID.test(text) || TIME.test(text) || HASH.test(text) || key === "nextCursor";
}

const TELLING_MIN = 4; // shorter ones stand in every other word

/** Values that the answer tells of, as they are. */
function withoutKnown(text: string, known: readonly (readonly [string, Kind])[]): string {
  let masked = text;
  for (const [value, kind] of known) {
    if (value.length >= TELLING_MIN) masked = masked.replaceAll(value, maskValue(value, kind));
  }
  return masked;
}

/** A query string: what stands in it is encoded. */
function maskQuery(query: string, fields: readonly ContactField[]): string {
  const masked = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(query)) {
    masked.append(name, isOurs(value, null) ? value : maskText(value, fields));
  }
  return masked.toString();
}
