import { expect, test } from "vitest";
import { testExamples } from "../../engine/rules/test-examples.ts";
import { INITIAL_STATE } from "../../engine/decide/state.ts";
import { testTranscripts } from "../../engine/test-transcripts.ts";
import { takeTurn } from "../../engine/turn.ts";
import { SIGNALS } from "../../engine/understand/understanding.ts";
import { defaultPack } from "../support/packs.ts";

const EXAMPLES_MIN = 12; // fewer say little about what a rule hears, and less about what it must not

const pack = await defaultPack();
const rules = [...pack.intents.map(({ intent }) => intent), ...SIGNALS];

test("every example of the shipped rules is heard as it says", () => {
  expect(pack.examples.length).toBeGreaterThan(500);
  expect(testExamples(pack)).toEqual([]);
});

test("every transcript of the shipped rules goes as it says", () => {
  expect(pack.transcripts.length).toBeGreaterThan(20);
  expect(testTranscripts(pack)).toEqual([]);
});

test.each(rules)("%s has enough examples on both sides", (rule) => {
  const count = (expected: "matches" | "ignores") =>
    pack.examples.filter((example) => example.intent === rule && example.expected === expected).length;
  expect(count("matches")).toBeGreaterThanOrEqual(EXAMPLES_MIN);
  expect(count("ignores")).toBeGreaterThanOrEqual(EXAMPLES_MIN);
});

test.each(pack.intents.map(({ intent }) => intent))("%s is played in a transcript", (intent) => {
  const said = pack.transcripts.flatMap(({ steps }) => steps.filter(({ role }) => role === "customer"));
  const heard = said.flatMap(({ text }) => pack.matcher.match(text).intents.map((match) => match.intent));
  expect(heard).toContain(intent);
});

test("what is asked for is a field that the pack defines, and every field can be asked for by some rule", () => {
  const wanted = new Set(pack.intents.flatMap(({ requests }) => requests));
  expect([...wanted].toSorted()).toEqual(pack.fields.map(({ field }) => field).toSorted());
});

test.each([
  ["hello are you open today", true],
  ["Hi! What are your opening hours?", true],
  ["Mike here, do you have parking?", true],
  ["can you email me the list?", false],
  ["can you use mike@x.example for the invoice?", false],
  ["can I book a table?", false],
])("%s: a question that is only asked is passed on (%s), one that is heard is not", (text, passedOn) => {
  const circumstances = { now: 0, known: {}, coolingOff: {}, collecting: "on", region: null } as const;
  const { trace } = takeTurn(pack, INITIAL_STATE, text, circumstances);
  expect(trace.acts.some(({ act }) => act === "pass_on")).toBe(passedOn);
});
