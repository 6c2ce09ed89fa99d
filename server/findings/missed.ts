import type { Finding, RejectReason } from "../../engine/understand/understanding.ts";

/** Fewer digits are an order number, a postcode, a price: nobody's phone. */
const PHONE_DIGITS_MIN = 8;

/** The reasons with which a value that looked like a contact detail was not taken for the customer's own, although it may have
 *  been: a person should look. Not among them: what the customer took back or replaced in the same message (negated,
 *  superseded), what was captured as another field, and words in the place of a name, which are no contact data. */
export const MISSED_REASONS = [
  "malformed",
  "incomplete",
  "invalid_for_region",
  "ambiguous",
  "not_a_phone",
  "someone_else",
  "recipient",
  "in_question",
  "weaker_than_known",
] as const satisfies readonly RejectReason[];
export type MissedReason = (typeof MISSED_REASONS)[number];

const reasons: ReadonlySet<string> = new Set(MISSED_REASONS);
const isMissed = (reason: RejectReason): reason is MissedReason => reasons.has(reason);

export type Missed = Finding & { readonly status: "rejected"; readonly reason: MissedReason };

/** The findings of a message that go into the ledger of what was not captured, in text order. */
export function missedIn(findings: readonly Finding[]): readonly Missed[] {
  return findings.flatMap((finding) => {
    if (finding.status !== "rejected" || finding.field === "name") return [];
    const { reason } = finding;
    if (!isMissed(reason)) return [];
    if (reason === "not_a_phone" && digitsIn(finding.raw) < PHONE_DIGITS_MIN) return [];
    return [{ ...finding, reason }];
  });
}

const digitsIn = (text: string) => text.replaceAll(/[^\p{Nd}]/gu, "").length;
