import { overlaps, rejected, type Candidate, type Circumstance } from "./candidate.ts";
import { keepOne } from "./keep-one.ts";
import { findCues } from "./name-cue-table.ts";
import { pointedAt } from "./name-cues.ts";
import { openPage } from "./name-page.ts";
import { read, type Reading } from "./reading.ts";

/** How much a finding is worth against others in the same message. */
type Weight = 0 | 1 | 2 | 3;

export interface Weighed extends Candidate {
  readonly weight: Weight;
}

/** Takes one name: what somebody wants to be called; otherwise, of those with the surest cue, the earliest, or the last when it corrects. */
export function chooseName(
  reading: Reading,
  found: readonly Weighed[],
  about: Circumstance,
): readonly Candidate[] {
  return keepBest(reading, withoutAgent(reading, withoutDoubles(found), about), about);
}

function keepBest(reading: Reading, found: readonly Weighed[], about: Circumstance): readonly Candidate[] {
  const best = Math.max(...found.filter(({ reason }) => reason === null).map(({ weight }) => weight));
  const weighed = found
    .toSorted((a, b) => a.span.start - b.span.start)
    .map(({ weight, ...candidate }) =>
      candidate.reason === null && weight < best ? rejected(candidate, "superseded") : candidate,
    );
  return keepOne(reading, weighed, about.signals);
}

/** What was heard twice, and what stands rejected at the place of a name that was taken, says nothing more. */
function withoutDoubles(found: readonly Weighed[]): readonly Weighed[] {
  if (found.length < 2) return found;
  return found.filter(
    (one, index) =>
      !found.some(
        (other, at) => at !== index && overlaps(one.span, other.span) && tellsMore(other, one, at < index),
      ),
  );
}

function tellsMore(other: Weighed, one: Weighed, isEarlier: boolean): boolean {
  if (other.reason === null && one.reason !== null) return true;
  if (other.reason !== null && one.reason === null) return false;
  if (one.reason === null && other.span.end - other.span.start !== one.span.end - one.span.start)
    return false;
  return other.weight > one.weight || (other.weight === one.weight && isEarlier);
}

/** "Thanks Sarah" speaks to the agent who said "I'm Sarah". */
function withoutAgent(reading: Reading, found: readonly Weighed[], about: Circumstance): readonly Weighed[] {
  if (about.previous === null || found.every(({ reason, weight }) => reason !== null || weight >= 2))
    return found;
  const agent = agentWords(about.previous);
  if (agent.size === 0) return found;
  return found.map((candidate) => {
    if (candidate.reason !== null || candidate.weight >= 2) return candidate;
    const words = reading.text.slice(candidate.span.start, candidate.span.end).toLowerCase().split(/\s+/);
    return words.every((word) => agent.has(word)) ? { ...candidate, reason: "agent_name" } : candidate;
  });
}

/** The words of the name that the agent gave: "Hi, I'm Sarah from support". */
function agentWords(previous: string): ReadonlySet<string> {
  const reading = read(previous);
  const page = openPage(reading);
  const names = findCues(reading).flatMap(({ index, cue }) => {
    const { words, reason } = pointedAt(page, index, cue, { name: false, other: false }) ?? {
      words: null,
      reason: null,
    };
    return words === null || reason !== null ? [] : reading.words.slice(words.first, words.last + 1);
  });
  return new Set(names.map(({ lower }) => lower));
}
