import { expect, test } from "vitest";
import { scoreHeldBack, testExamples } from "../../../engine/rules/test-examples.ts";
import { intentFile, packWith } from "./small-pack.ts";

test("examples that go as their author expected are no problem", () => {
  const pack = packWith(
    intentFile("info", { triggers: ["email me"], matches: ["email me"], ignores: ["call me"] }),
  );
  expect(testExamples(pack)).toEqual([]);
});

test("an example that matches nothing says so, and one that matches another rule names it", () => {
  const pack = packWith(
    intentFile("info", { triggers: ["email me"], matches: ["write to me", "please call me"] }),
    intentFile("call", { triggers: ["call me"], priority: 200 }),
  );
  expect(testExamples(pack)).toEqual([
    {
      path: "en/info.yaml",
      line: 8,
      column: 23,
      message: "“write to me” does not match info; no other rule matches it either",
    },
    {
      path: "en/info.yaml",
      line: 8,
      column: 37,
      message: "“please call me” does not match info; what matches: call by “call me” (`call me`)",
    },
  ]);
});

test("an example that must not match names the trigger and the words", () => {
  const pack = packWith(intentFile("info", { triggers: ["email (me|us)"], ignores: ["don't email us!"] }));
  expect(testExamples(pack).map(({ message }) => message)).toEqual([
    "“don't email us!” should not match info, but its trigger `email (me|us)` matches “email us”",
  ]);
});

test("a signal that counts only when asked matches only examples that say what is asked", () => {
  const pack = packWith({
    path: "en/yes.yaml",
    text: `signal: yes
title: Yes
language: en
asked_only: true
triggers: [^yes]
examples:
  matches: [{ text: yes, asked: email }, yes please]
  ignores: [yes]
`,
  });
  expect(testExamples(pack)).toEqual([
    {
      path: "en/yes.yaml",
      line: 7,
      column: 42,
      message:
        "“yes please” matches yes, but that counts only while a field is asked for: write {text: …, asked: a field}",
    },
  ]);
});

test("held-back examples are counted by rule, and fail nothing", () => {
  const pack = packWith(intentFile("info", { triggers: ["email me"] }), {
    path: "en/info.held-back.yaml",
    text: "examples_of: info\nheld_back: { matches: [email me, write to me], ignores: [call me] }\n",
  });
  expect(testExamples(pack)).toEqual([]);
  expect(scoreHeldBack(pack)).toMatchObject([
    {
      intent: "info",
      right: { matches: 1, ignores: 1 },
      all: { matches: 2, ignores: 1 },
      problems: [{ path: "en/info.held-back.yaml", line: 2, column: 34 }],
    },
  ]);
});
