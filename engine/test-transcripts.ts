import { hearOther } from "./decide/hear.ts";
import { knownAfter, type Known } from "./decide/known-after.ts";
import { INITIAL_STATE, type State } from "./decide/state.ts";
import type { Problem, RulePack, Transcript, TranscriptStep } from "./rules/pack.ts";
import type { FieldKey } from "./understand/understanding.ts";
import { takeTurn, type Turn } from "./turn.ts";

// Transcripts run at one fixed moment: nothing in them depends on the time of day.
const NOW = Date.UTC(2026, 0, 15, 10);

/** Plays every transcript of the pack and reports each line that went otherwise than it says. */
export function testTranscripts(pack: RulePack): readonly Problem[] {
  return pack.transcripts.flatMap((transcript) => play(pack, transcript));
}

function play(pack: RulePack, transcript: Transcript): readonly Problem[] {
  let state: State = INITIAL_STATE;
  let person: Known = { known: {}, unvalidated: [] };
  const problems: Problem[] = [];
  for (const step of transcript.steps) {
    if (step.role !== "customer") {
      state = hearOther(pack, state, step.text);
      continue;
    }
    const circumstances = {
      now: NOW,
      ...person,
      coolingOff: {},
      collecting: "on",
      region: transcript.region,
    } as const;
    const turn = takeTurn(pack, state, step.text, circumstances);
    state = turn.state;
    person = knownAfter(person, turn);
    for (const difference of differences(step, turn, person.known))
      problems.push({
        path: transcript.path,
        line: step.line,
        column: 1,
        message: `In "${transcript.title}", after "${step.text}": ${difference}`,
      });
  }
  return problems;
}

function differences(
  step: TranscriptStep,
  turn: Turn,
  known: Readonly<Record<FieldKey, string>>,
): readonly string[] {
  const said = turn.replies.join(" ");
  const asked = turn.trace.acts.find((act) => act.act === "request" || act.act === "reprompt");
  const field = asked?.request.field ?? null;
  const found: string[] = [];
  const expect = (what: string, wanted: unknown, got: unknown) => {
    if (wanted !== got) found.push(`expected ${what} ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}.`);
  };
  if (step.reply !== undefined) expect("the reply", step.reply, said);
  if (step.replyContains !== undefined && !said.includes(step.replyContains))
    found.push(`expected a reply with ${JSON.stringify(step.replyContains)}, got ${JSON.stringify(said)}.`);
  if (step.asks !== undefined) expect("a request for", step.asks, field);
  if (step.mode !== undefined) expect("the mode", step.mode, turn.state.dialogue.mode);
  for (const [key, value] of Object.entries(step.known ?? {}))
    expect(`${key} to be`, value, Object.hasOwn(known, key) ? known[key] : null);
  for (const [key, reason] of Object.entries(step.reasons ?? {}))
    expect(
      `the reason for ${key} to be`,
      reason,
      Object.hasOwn(turn.trace.reasons, key) ? turn.trace.reasons[key] : null,
    );
  return found;
}
