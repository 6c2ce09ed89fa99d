import type { Field } from "../rules/pack.ts";
import { CANDIDATES_MAX, overlaps, type Candidate, type Circumstance } from "./candidate.ts";
import { findEmails } from "./find-emails.ts";
import { findNames } from "./find-names.ts";
import { findPattern } from "./find-patterns.ts";
import { findPhones } from "./find-phones.ts";
import { read, type Reading } from "./reading.ts";
import { visibleText, type VisibleText } from "./visible-text.ts";
import type { Context, Finding, Signal } from "./understanding.ts";

/** Finds the customer's details in `text`, in text order. Accepted findings never overlap, and there is at most one of
 *  them a field; unvalidated ones count as accepted here. Where two extractors want the same span the more particular
 *  shape has it: email, phone, the pack's own patterns, name. Never throws. */
export function findDetails(
  text: string,
  context: Context,
  fields: readonly Field[],
  heard: { readonly signals: readonly { readonly intent: Signal }[] },
): readonly Finding[] {
  const visible = visibleText(text);
  const reading = read(visible.text);
  const signals = new Set(heard.signals.map(({ intent }) => intent));
  const findings: Finding[] = [];
  const accepted: Finding[] = [];
  for (const field of inTurn(fields, context)) {
    const about: Circumstance = {
      asked: context.requested.includes(field.field),
      previous: context.previous,
      region: context.region,
      signals,
    };
    const found = candidates(reading, field, about);
    for (const candidate of found.length > CANDIDATES_MAX ? found.slice(0, CANDIDATES_MAX) : found) {
      const finding = settle(text, field, inOriginal(candidate, visible), accepted);
      findings.push(finding);
      if (finding.status !== "rejected") accepted.push(finding);
    }
  }
  if (findings.length < 2) return findings;
  return findings.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

const KINDS = ["email", "phone", "pattern", "name"] as const;

/** The fields in the order in which spans are given out. Of two fields of one kind, the one asked for goes first. */
function inTurn(fields: readonly Field[], { requested }: Context): readonly Field[] {
  const ordered: Field[] = [];
  for (const kind of KINDS) {
    for (const field of fields)
      if (field.extractor.kind === kind && requested.includes(field.field)) ordered.push(field);
    for (const field of fields)
      if (field.extractor.kind === kind && !requested.includes(field.field)) ordered.push(field);
  }
  return ordered;
}

function candidates(reading: Reading, field: Field, about: Circumstance): readonly Candidate[] {
  switch (field.extractor.kind) {
    case "email":
      return findEmails(reading, about);
    case "phone":
      return findPhones(reading, about);
    case "name":
      return findNames(reading, about);
    case "pattern":
      return findPattern(reading.text, field.extractor.pattern);
    default:
      field.extractor satisfies never;
      return [];
  }
}

function inOriginal(candidate: Candidate, { original }: VisibleText): Candidate {
  return { ...candidate, span: original(candidate.span) };
}

function settle(text: string, field: Field, candidate: Candidate, taken: readonly Finding[]): Finding {
  const { value, span, extractor, suggestion, because } = candidate;
  const raw = text.slice(span.start, span.end);
  const found = {
    field: field.field,
    value,
    raw,
    span,
    extractor,
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(because === undefined ? {} : { because }),
  };
  if (candidate.reason !== null) return { ...found, status: "rejected", reason: candidate.reason };
  if (taken.some((other) => other.field !== field.field && overlaps(other.span, span))) {
    return { ...found, status: "rejected", reason: "claimed_by_other_field" };
  }
  if (taken.some((other) => other.field === field.field))
    return { ...found, status: "rejected", reason: "superseded" };
  return candidate.doubt === undefined
    ? { ...found, status: "accepted" }
    : { ...found, status: "unvalidated", reason: candidate.doubt };
}
