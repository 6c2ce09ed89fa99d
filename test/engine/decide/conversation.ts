import fc from "fast-check";
import { hearOther } from "../../../engine/decide/hear.ts";
import { knownAfter, type Known } from "../../../engine/decide/known-after.ts";
import { INITIAL_STATE, type State } from "../../../engine/decide/state.ts";
import type { Circumstances } from "../../../engine/decide/decision.ts";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { takeTurn, type Turn } from "../../../engine/turn.ts";

/** Something said in a generated conversation; "elsewhere": another conversation of the person gave this email. */
export interface Line {
  readonly role: "customer" | "agent" | "elsewhere";
  readonly text: string;
}

/** A turn of a played conversation, with what was true before it. */
export interface Played {
  readonly text: string;
  readonly before: State;
  readonly circumstances: Circumstances;
  readonly turn: Turn;
}

// Fragments that reach every line of the policy; joined at random they make the moments nobody thought of.
const FRAGMENTS = [
  "Hi",
  "Can you email me your price list?",
  "I'd like to book an appointment for Tuesday",
  "I've been a customer before",
  "I need help with my order",
  "can someone call me back",
  "my name is Mike Lindqvist",
  "Priya",
  "mike@gmail.com",
  "my email is bob@gmial.com",
  "mike at gmail dot com",
  "mike@gmail",
  "0412 345 678",
  "+61 412 345 678",
  "12345",
  "0412 345 67",
  "call me on 98765432",
  "not quite, one digit missing",
  "8",
  "no thanks, I'd rather not",
  "I won't give you my phone number",
  "no",
  "yes",
  "why do you need that?",
  "do you have parking?",
  "one moment",
  "thanks",
  "bye",
  "this is the third time I ask, your service is a joke",
  "sorry, it's bob@work.example, not bob@home.example",
  "actually my number is 0413 111 222",
  "ok",
  "hmm",
  "¿?",
  "ชื่อของฉันคือสมชาย",
];

const customerText = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...FRAGMENTS) },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.constantFrom(...FRAGMENTS), { minLength: 2, maxLength: 3 })
      .map((all) => all.join(". ")),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
);

const otherText = fc.constantFrom(
  "Could I have your email address, please?",
  "What is your name?",
  "And your phone number?",
  "I'm Sarah from support, one moment.",
  "All done.",
);

/** Conversations of up to twelve lines, mostly the customer's. */
export const conversation: fc.Arbitrary<readonly Line[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: customerText.map((text) => ({ role: "customer", text }) as const) },
    { weight: 1, arbitrary: otherText.map((text) => ({ role: "agent", text }) as const) },
    { weight: 1, arbitrary: fc.constant({ role: "elsewhere", text: "else@where.example" } as const) },
  ),
  { minLength: 1, maxLength: 12 },
);

/** Plays a conversation through the engine as a server would: what is collected is known from then on. */
export function play(
  pack: RulePack,
  lines: readonly Line[],
  options: Partial<Circumstances> = {},
  carry: (state: State) => State = (state) => state,
): readonly Played[] {
  let state: State = INITIAL_STATE;
  let person: Known = { known: options.known ?? {}, unvalidated: options.unvalidated ?? [] };
  const played: Played[] = [];
  lines.forEach(({ role, text }, i) => {
    state = carry(state);
    if (role === "agent") state = hearOther(pack, state, text);
    if (role === "elsewhere") person = { ...person, known: { ...person.known, email: text } };
    if (role !== "customer") return;
    const circumstances: Circumstances = {
      coolingOff: {},
      collecting: "on",
      region: "AU",
      ...options,
      ...person,
      now: 1_700_000_000_000 + i * 60_000,
    };
    const turn = takeTurn(pack, state, text, circumstances);
    played.push({ text, before: state, circumstances, turn });
    person = knownAfter(person, turn);
    state = turn.state;
  });
  return played;
}
