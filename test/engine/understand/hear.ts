import { findDetails } from "../../../engine/understand/find-details.ts";
import type { Field } from "../../../engine/rules/pack.ts";
import type { Context, Finding, Signal } from "../../../engine/understand/understanding.ts";

/** A field with wordings that no test here reads. */
export function field(key: string, extractor: Field["extractor"]): Field {
  const wordings = ["…?"] as const;
  const said = { ask: wordings, invalid: wordings, why: "…", thanks: wordings, corrected: wordings };
  return { field: key, title: key, extractor, required: true, ...said };
}

export const FIELDS: readonly Field[] = [
  field("name", { kind: "name" }),
  field("email", { kind: "email" }),
  field("phone", { kind: "phone" }),
];

export interface Heard {
  readonly asked?: string;
  readonly previous?: string;
  readonly region?: string;
  readonly signals?: readonly Signal[];
  readonly fields?: readonly Field[];
}

export function context({ asked, previous, region }: Heard): Context {
  return {
    requested: asked === undefined ? [] : [asked],
    previous: previous ?? null,
    region: region ?? null,
  };
}

export function hear(text: string, heard: Heard = {}): readonly Finding[] {
  const signals = (heard.signals ?? []).map((intent) => ({ intent }));
  return findDetails(text, context(heard), heard.fields ?? FIELDS, { signals });
}

/** What was heard of one field, in short: the value taken, "unvalidated: value", or "reason: value" of what was not taken. */
export function heardOf(key: string, text: string, heard: Heard = {}): readonly string[] {
  return hear(text, heard)
    .filter((finding) => finding.field === key)
    .map((finding) => {
      if (finding.status === "accepted") return finding.value;
      return `${finding.status === "unvalidated" ? "unvalidated" : finding.reason}: ${finding.value}`;
    });
}

/** The value that was taken for a field, or null. */
export function takenOf(key: string, text: string, heard: Heard = {}): string | null {
  return hear(text, heard).find(({ field, status }) => field === key && status === "accepted")?.value ?? null;
}
