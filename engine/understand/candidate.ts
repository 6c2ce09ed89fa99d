import type { Doubt, RejectReason, Signal, Span } from "./understanding.ts";

/** A value that a finder found, before it is given to a field. `reason` is null when it is taken. */
export interface Candidate {
  readonly value: string;
  readonly span: Span;
  readonly extractor: string;
  readonly suggestion?: string;
  /** Why its value could not be validated, although it is taken. */
  readonly doubt?: Doubt;
  /** The word or shape that decided. */
  readonly because?: string;
  readonly reason: RejectReason | null;
}

/** Candidates of one kind in one message. Nobody gives more details than this at once; a text that holds more is a list. */
export const CANDIDATES_MAX = 50;

/** What a finder may know besides the text. */
export interface Circumstance {
  /** The customer was just asked for this kind of detail. */
  readonly asked: boolean;
  readonly previous: string | null;
  readonly region: string | null;
  readonly signals: ReadonlySet<Signal>;
}

/** The candidate, rejected for `reason`. */
export function rejected(candidate: Candidate, reason: RejectReason): Candidate {
  return { ...candidate, reason };
}

/** Whether two spans share a character. */
export function overlaps(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end;
}
