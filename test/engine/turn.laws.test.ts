import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { knownAfter } from "../../engine/decide/known-after.ts";
import { parseState, type State } from "../../engine/decide/state.ts";
import type { RuleFile, RulePack } from "../../engine/rules/pack.ts";
import { defaultRuleFiles, packOf } from "../support/packs.ts";
import { conversation, play, type Played } from "./decide/conversation.ts";

const RUNS = { numRuns: 150 };
const QUESTION_MARKS = /[?\uFF1F\u061F\u037E]/gu;

let files: readonly RuleFile[];
let pack: RulePack;
beforeAll(async () => {
  files = await defaultRuleFiles();
  pack = packOf(files);
});

const throughJson = (state: State): State => parseState(JSON.parse(JSON.stringify(state)));
const askedIn = ({ turn }: Played) =>
  turn.trace.acts.flatMap((act) =>
    act.act === "request" || act.act === "reprompt" ? [act.request.field] : [],
  );
const asksOf = (state: State, field: string) =>
  Object.hasOwn(state.fields, field) ? (state.fields[field]?.asks ?? 0) : 0;

/** Holds for every turn of every conversation. */
const always = (holds: (played: Played, all: readonly Played[]) => void, options = {}) =>
  fc.assert(
    fc.property(conversation, (lines) => {
      const all = play(pack, lines, options);
      all.forEach((played) => holds(played, all));
    }),
    RUNS,
  );

test("the same inputs give identical bytes, and the state survives JSON between any two turns", () => {
  fc.assert(
    fc.property(conversation, (lines) => {
      const bytes = JSON.stringify(play(pack, lines));
      expect(JSON.stringify(play(pack, lines))).toBe(bytes);
      expect(JSON.stringify(play(pack, lines, {}, throughJson))).toBe(bytes);
    }),
    RUNS,
  );
});

test("shuffled rule files change nothing", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...files.keys()], { minLength: files.length }),
      conversation,
      (order, lines) => {
        const shuffled = packOf(order.flatMap((i) => files[i] ?? []));
        expect(JSON.stringify(play(shuffled, lines))).toBe(JSON.stringify(play(pack, lines)));
      },
    ),
    { numRuns: 5 },
  );
});

test("never two questions in one turn", () => {
  always(({ turn, circumstances }) => {
    const asking = turn.trace.acts.filter(({ act }) => ["request", "reprompt", "confirm"].includes(act));
    expect(asking.length).toBeLessThanOrEqual(1);
    expect(turn.replies.length).toBeLessThanOrEqual(1);
    // A question mark inside what the customer typed is echoed, not asked.
    const echoed = [
      ...Object.values(circumstances.known),
      ...turn.collected.flatMap(({ raw, value }) => [raw, value]),
    ];
    const worded = echoed.reduce((said, value) => said.replaceAll(value, ""), turn.replies.join(" "));
    expect([...worded.matchAll(QUESTION_MARKS)].length).toBeLessThanOrEqual(1);
  });
});

test("never asks for what is known, refused, cooling off or exhausted", () => {
  const later = 1_900_000_000_000;
  always(
    (played) => {
      for (const field of askedIn(played)) {
        // A value that the customer takes back is known no more.
        expect(knownAfter(played.circumstances, played.turn).known[field]).toBeUndefined();
        expect(played.turn.collected.map((collected) => collected.field)).not.toContain(field);
        expect(played.before.fields[field]?.refused ?? false).toBe(false);
        expect(asksOf(played.before, field)).toBeLessThan(pack.limits.attemptsMax);
        expect(field).not.toBe("phone");
      }
    },
    { coolingOff: { phone: later } },
  );
});

test("a field is asked for at most twice in a conversation", () => {
  always((_, all) => {
    const asks = new Map<string, number>();
    for (const field of all.flatMap(askedIn)) asks.set(field, (asks.get(field) ?? 0) + 1);
    for (const count of asks.values()) expect(count).toBeLessThanOrEqual(2);
  });
});

test("whether a number is whole is asked once in a conversation at most", () => {
  let offers = 0;
  always(({ turn }, all) => {
    const asking = all.flatMap(({ turn: { trace } }) =>
      trace.acts.filter((act) => act.act === "confirm" && act.confirm.suggestion === null),
    );
    expect(asking.length).toBeLessThanOrEqual(1);
    offers += asking.length;
    const unvalidated = turn.understanding.findings.filter(({ status }) => status === "unvalidated");
    for (const { value } of unvalidated) expect(value).toMatch(/^\+?\d{7,17}$/);
  });
  expect(offers).toBeGreaterThan(10);
});

test("what is taken back was offered back, and is known no more", () => {
  let denials = 0;
  const number = { role: "customer", text: "call me on 98765432" } as const;
  const answer = fc.constantFrom("no", "8", "not quite", "no thanks, I'd rather not", "yes", "hmm");
  const holds = (played: Played) => {
    const { before, turn, circumstances } = played;
    for (const { field, value } of turn.denied) {
      denials += 1;
      expect(circumstances.known[field]).toBe(value);
      expect(before.dialogue).toMatchObject({ mode: "confirming", confirm: { field, stated: value } });
    }
    const { known } = knownAfter(circumstances, turn);
    for (const [field, reason] of Object.entries(turn.trace.reasons))
      expect(reason === "known").toBe(known[field] !== undefined);
  };
  fc.assert(
    fc.property(conversation, answer, conversation, (lines, text, more) => {
      play(pack, [...lines.slice(-3), number, { role: "customer", text }, ...more]).forEach(holds);
    }),
    RUNS,
  );
  expect(denials).toBeGreaterThan(10);
});

test("a number is said to be noted unvalidated only when it is stored", () => {
  always(({ turn }) => {
    const noted = turn.understanding.findings.filter(({ status }) => status === "unvalidated");
    expect(noted.map(({ value }) => value)).toEqual(
      turn.collected.filter(({ unvalidated }) => unvalidated).map(({ value }) => value),
    );
  });
});

test("a digression costs no attempt and leaves open what was open", () => {
  const digression = fc.constantFrom(
    "do you have parking?",
    "one moment",
    "why do you need that?",
    "thanks",
    "hello",
  );
  let digressions = 0;
  fc.assert(
    fc.property(conversation, digression, (lines, text) => {
      const { before, turn } = play(pack, [...lines, { role: "customer", text }]).at(-1) ?? {};
      const open = before?.dialogue.mode === "requesting" || before?.dialogue.mode === "confirming";
      // What was given elsewhere meanwhile is open no more.
      fc.pre(open && lines.at(-1)?.role === "customer");
      digressions += 1;
      expect(turn?.state.fields).toEqual(before?.fields);
      expect(turn?.state.dialogue).toEqual(before?.dialogue);
    }),
    RUNS,
  );
  expect(digressions).toBeGreaterThan(50);
});

test("every turn gives every field exactly one reason, and says asked of nothing but what it asks for", () => {
  always((played) => {
    const { reasons } = played.turn.trace;
    expect(Object.keys(reasons)).toEqual(pack.fields.map(({ field }) => field));
    expect(Object.keys(reasons).filter((field) => reasons[field] === "asked")).toEqual(askedIn(played));
  });
});

test("an upset customer is asked for nothing", () => {
  let holds = 0;
  always(({ turn }) => {
    if (turn.trace.move !== "hold") return;
    holds += 1;
    expect(turn.request).toBeNull();
    expect(turn.confirm).toBeNull();
    expect(turn.replies.join(" ")).not.toMatch(QUESTION_MARKS);
  });
  expect(holds).toBeGreaterThan(10);
});

test("nothing is collected or asked where the action does not collect, and the reason says why", () => {
  for (const collecting of ["action_inactive", "not_entitled", "started_before_activation"] as const)
    always(
      ({ turn }) => {
        expect(turn.collected).toEqual([]);
        expect(turn.request).toBeNull();
        expect(new Set(Object.values(turn.trace.reasons))).toEqual(new Set([collecting]));
      },
      { collecting },
    );
});

test("every finding's span slices to its raw text, and accepted ones fill one field each", () => {
  always(({ text, turn }) => {
    for (const { raw, span } of turn.understanding.findings)
      expect(text.slice(span.start, span.end)).toBe(raw);
    const accepted = turn.understanding.findings.filter(({ status }) => status !== "rejected");
    expect(new Set(accepted.map(({ field }) => field)).size).toBe(accepted.length);
  });
});

test("the open request is never in the queue, and no field waits twice", () => {
  always(({ turn }) => {
    const waiting = turn.state.queue.map(({ field }) => field);
    expect(new Set(waiting).size).toBe(waiting.length);
    expect(waiting).not.toContain(turn.request?.field);
  });
});
