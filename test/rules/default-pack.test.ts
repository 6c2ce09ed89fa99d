import { expect, test } from "vitest";
import { testExamples } from "../../engine/rules/test-examples.ts";
import { testTranscripts } from "../../engine/test-transcripts.ts";
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
