import type { Candidate } from "./candidate.ts";
import { displayName } from "./display-name.ts";
import { WHO_FIRST, WHO_LAST } from "./name-cue-table.ts";
import type { CuedName } from "./name-cues.ts";
import type { NameWords } from "./name-parts.ts";

/** A name that a cue points at, with its other part where the two stand apart. */
export interface JoinedName extends CuedName {
  /** The other part where first and last name stand apart. */
  readonly apart?: NameWords;
}

/** The two parts as one name, the first name in front. */
export function joined(text: string, first: Candidate, last: Candidate): Candidate {
  const span = {
    start: Math.min(first.span.start, last.span.start),
    end: Math.max(first.span.end, last.span.end),
  };
  const raw = [first, last].map((part) => text.slice(part.span.start, part.span.end)).join(" ");
  const shown = displayName(raw);
  return { ...first, value: shown === raw ? `${first.value} ${last.value}` : shown, span };
}

/** "First name Lena, last name Okoro" is one name, whichever comes first. */
export function joinFirstAndLast(cued: readonly CuedName[]): readonly JoinedName[] {
  const one = cued.findIndex(
    ({ cue, words, reason }) => words !== null && reason === null && isPartCue(cue.name),
  );
  const first = cued[one];
  const next = cued[one + 1];
  const apart = next?.words ?? null;
  if (first === undefined || next === undefined || apart === null || !isPartCue(next.cue.name)) return cued;
  if (WHO_FIRST.test(first.cue.name) === WHO_FIRST.test(next.cue.name)) return cued;
  return [...cued.slice(0, one), { ...first, apart }, ...cued.slice(one + 2)];
}

function isPartCue(name: string): boolean {
  return WHO_FIRST.test(name) || WHO_LAST.test(name);
}
