import type { FieldKey, Finding, Span, Understanding } from "../understand/understanding.ts";
import type { Collected } from "./decision.ts";
import type { Confirm } from "./state.ts";

const DIGIT = /\p{Nd}/u;
const NO_NUMBER = /[^\p{Nd}\s()+.,/-]/u; // what no phone number is written with

/** How an offered value was answered; "withdrawn" when the customer would rather not give it after all, "passed" when they
 *  spoke of something else. */
export type Confirmation =
  | { readonly answer: "accepted"; readonly collected: Collected }
  | { readonly answer: "kept" | "restated" | "denied" | "withdrawn" | "passed" };

/** Reads the answer to "did you mean bob@gmail.com?" and to "is that the whole number?". */
export function readConfirmation(
  confirm: Confirm,
  text: string,
  heard: Understanding,
  accepted: readonly Finding[],
): Confirmation {
  const restated = accepted.find(({ field }) => field === confirm.field);
  if (restated) return { answer: restated.value === confirm.stated ? "kept" : "restated" };
  if (confirm.suggestion === null) return { answer: readWhole(confirm.field, text, heard, accepted) };
  const no = heard.signals.find(({ intent }) => intent === "no");
  const yes = heard.signals.find(({ intent }) => intent === "yes");
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

/** Whether an answer to the open question for `field` is no value of it, only what looks like one. */
export function isInvalidAnswer(finding: Finding, field: FieldKey): boolean {
  if (finding.status !== "rejected" || finding.field !== field) return false;
  switch (finding.reason) {
    case "malformed":
    case "incomplete":
    case "invalid_for_region":
    case "ambiguous":
      return true;
    default:
      return false;
  }
}

/** The answer to "is that the whole number?" without a number in it. */
function readWhole(
  field: FieldKey,
  text: string,
  { signals, mentions, findings }: Understanding,
  accepted: readonly Finding[],
): "kept" | "denied" | "withdrawn" | "passed" {
  const [yes, no, correction, refusal, question] = (
    ["yes", "no", "correction", "refusal", "question"] as const
  ).map((signal) => signals.find(({ intent }) => intent === signal));
  const isAside = mentions.length > 0 && !mentions.includes(field);
  if (refusal && !yes) return isAside ? "passed" : "withdrawn";
  if (yes && !(correction && endsIn(yes.span, correction.span))) return "kept";
  // "Not quite", "sorry, typo": nothing was put right but the number that is asked about.
  const putsRight = correction && !question && !isAside && accepted.length === 0;
  // "8": the digit that was missing, or a part of the number.
  const isPart =
    (DIGIT.test(text) && !NO_NUMBER.test(text)) ||
    findings.some((finding) => isInvalidAnswer(finding, field));
  return no || putsRight || isPart ? "denied" : "passed";
}

/** "Sorry, typo" agrees to a suggestion, and where there is none it only owns up: its yes is the correction's own words. */
function endsIn(yes: Span, correction: Span): boolean {
  return correction.start < yes.end && yes.end <= correction.end;
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
