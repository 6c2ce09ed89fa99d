import type { Collected } from "../../engine/decide/decision.ts";
import type { Trust } from "../customers/fold.ts";

/** What a conversation claims about a field. */
export type Said = Collected & { readonly trust: Exclude<Trust, "staff"> };

/** How an address is proved, as provenance calls it: no engine makes these claims of a text. */
export const PROOFS = ["host_identity", "mailed_code"] as const;
export type Proof = (typeof PROOFS)[number];

/** An address that is proved: it stands in no message, so its span is empty. */
export function provenEmail(email: string, extractor: Proof): Said {
  const span = { start: 0, end: 0 };
  return { field: "email", value: email, raw: email, span, extractor, rule: null, trust: "verified" };
}
