import { rejected, type Candidate } from "./candidate.ts";
import type { Reading } from "./reading.ts";
import type { Signal } from "./understanding.ts";

const CORRECTS =
  /\b(?:sorry|i mean|i meant|actually|no wait|wait|rather|correction|oops|scratch that|make that|change (?:it|that)|should be|(?:but|and) now|now (?:it|it's|its|use|is|at|on))\b|, now\b|\*/i;

/** Leaves one value standing. Of several, the last when it puts the earlier ones right, otherwise the first valid one: what
 *  people name first is what they mean first. */
export function keepOne(
  reading: Reading,
  candidates: readonly Candidate[],
  signals: ReadonlySet<Signal>,
): readonly Candidate[] {
  const taken = candidates.filter(({ reason }) => reason === null);
  const first = taken[0];
  const last = taken[taken.length - 1];
  if (first === undefined || last === undefined || first === last) return candidates;
  const between = reading.text.slice(first.span.end, last.span.start);
  const before = reading.text.slice(0, first.span.start);
  const corrected = CORRECTS.test(between) || (signals.has("correction") && !CORRECTS.test(before));
  const kept = corrected ? last : (taken.find(({ doubt }) => doubt === undefined) ?? first);
  return candidates.map((candidate) =>
    candidate === kept || candidate.reason !== null ? candidate : rejected(candidate, "superseded"),
  );
}
