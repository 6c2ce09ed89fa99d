import type { Finding, Understanding } from "../understand/understanding.ts";
import type { Collected } from "./decision.ts";
import type { Confirm } from "./state.ts";

/** How an offered value was answered; "passed" when the customer spoke of something else. */
export type Confirmation =
  | { readonly answer: "accepted"; readonly collected: Collected }
  | { readonly answer: "kept" | "restated" | "denied" | "passed" };

/** Reads the answer to "did you mean bob@gmail.com?" and to "is that the whole number?". */
export function readConfirmation(
  confirm: Confirm,
  text: string,
  { signals }: Understanding,
  accepted: readonly Finding[],
): Confirmation {
  const restated = accepted.find(({ field }) => field === confirm.field);
  if (restated) return { answer: restated.value === confirm.stated ? "kept" : "restated" };
  const no = signals.find(({ intent }) => intent === "no");
  const yes = signals.find(({ intent }) => intent === "yes");
  if (confirm.suggestion === null) {
    // "No, I'd rather not" says nothing against the number that they gave.
    const stands = yes !== undefined || signals.some(({ intent }) => intent === "refusal");
    return { answer: stands ? "kept" : no ? "denied" : "passed" };
  }
  const stated = findLabel(text, confirm.stated);
  const suggested = findLabel(text, confirm.suggestion);
  // "No, gmial is right" has a yes in it, "nope, gmail" a no: the name of the mail domain says more than either.
  if (stated) return { answer: "kept" };
  const denied = no && suggested && no.span.start <= suggested.start && suggested.end <= no.span.end;
  const consent = suggested && !denied ? suggested : no ? null : (yes?.span ?? null);
  if (consent === null) return { answer: no ? "kept" : "passed" };
  return {
    answer: "accepted",
    // The value was ours, the consent is theirs: the provenance is the characters of the consent.
    collected: {
      field: confirm.field,
      value: confirm.suggestion,
      raw: text.slice(consent.start, consent.end),
      span: { start: consent.start, end: consent.end },
      extractor: "confirmation",
      rule: null,
    },
  };
}

/** "It's gmial": the mail domain that is being spoken of, not somebody's name. */
export function isDomainLabel(confirm: Confirm, { raw }: Finding): boolean {
  const { stated, suggestion } = confirm;
  return suggestion !== null && [stated, suggestion].some((email) => labelOf(email) === raw.toLowerCase());
}

function findLabel(text: string, email: string): { readonly start: number; readonly end: number } | null {
  const label = labelOf(email);
  for (const match of text.toLowerCase().matchAll(/[\p{L}\p{N}-]+/gu))
    if (match[0] === label) return { start: match.index, end: match.index + label.length };
  return null;
}

/** The first label of an email's domain: "gmail" of "bob@gmail.com". */
function labelOf(email: string): string {
  const domain = email.slice(email.lastIndexOf("@") + 1);
  return domain.split(".")[0] ?? domain;
}
