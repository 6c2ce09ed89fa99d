import * as fc from "fast-check";
import { expect, test } from "vitest";
import { configurePack } from "../../../engine/rules/configure.ts";
import type { Settings } from "../../../engine/rules/pack.ts";
import { conversation, play, type Line } from "../decide/conversation.ts";
import { smallPack } from "../decide/small-pack.ts";

const pack = smallPack();
const AS_IT_IS: Settings = {
  fields: null,
  attemptsMax: null,
  coolOffDays: null,
  greetingAsks: null,
  hold: true,
  languages: null,
};
const configured = (settings: Partial<Settings>) => configurePack(pack, { ...AS_IT_IS, ...settings });

/** The last of several turns, by a pack that is configured so. */
function last(settings: Partial<Settings>, ...texts: readonly string[]) {
  const lines = texts.map((text): Line => ({ role: "customer", text }));
  const turn = play(configured(settings), lines, {}).at(-1)?.turn;
  if (turn === undefined) throw new Error("nothing was said");
  return turn;
}

test("without settings, or with those that change nothing, the pack is itself", () => {
  expect(configurePack(pack, null)).toBe(pack);
  expect(configured({})).toBe(pack);
});

test("a field that is not collected is skipped by the rules that ask for it, and their closing words do without it", () => {
  const fields = ["name", "email"].map((field) => ({ field, required: true }));
  expect(last({ fields }, "book a table").request).toMatchObject({ field: "name" });
  const done = last({ fields }, "book a table", "Mike");
  expect([done.request, done.replies]).toEqual([null, ["All noted, Mike."]]);
  expect(Object.keys(done.trace.reasons)).toEqual(["name", "email"]);
});

test("what is required decides when a conversation is complete", () => {
  const fields = ["name", "email", "phone"].map((field) => ({ field, required: field === "name" }));
  expect(last({ fields }, "I'm Mike").state.dialogue.mode).toBe("complete");
  expect(last({}, "I'm Mike").state.dialogue.mode).toBe("listening");
});

test("a trace says what was changed of the pack, and nothing where nothing was", () => {
  expect(last({}, "Hi").trace.settings).toBeNull();
  expect(last({ hold: false }, "Hi").trace.settings).toEqual({ ...AS_IT_IS, hold: false });
});

test("the rules of a language that is not named are not heard; what people give and refuse is", () => {
  const asked = last({ languages: ["de"] }, "book a table");
  expect([asked.request, asked.trace.rules]).toEqual([null, []]);
  expect(last({ languages: ["de"] }, "my email is mike@work.example").collected).toMatchObject([
    { field: "email" },
  ]);
  expect(last({ languages: ["de", "en"] }, "book a table").request).toMatchObject({ field: "name" });
});

const field = fc.constantFrom("name", "email", "phone");
const settings: fc.Arbitrary<Settings> = fc.record({
  fields: fc.option(
    fc.uniqueArray(fc.record({ field, required: fc.boolean() }), { selector: (one) => one.field }),
  ),
  attemptsMax: fc.option(fc.integer({ min: 1, max: 4 })),
  coolOffDays: fc.option(fc.integer({ min: 0, max: 60 })),
  greetingAsks: fc.option(field),
  hold: fc.boolean(),
  languages: fc.option(fc.subarray(["en", "de"], { minLength: 1 })),
});

test("law: however it is configured, only what is collected is collected, asked for and given a reason, and as often as is allowed", () => {
  fc.assert(
    fc.property(settings, conversation, (chosen, lines) => {
      const { attemptsMax, fields } = chosen;
      const collected = fields?.map((one) => one.field) ?? ["name", "email", "phone"];
      for (const played of play(configurePack(pack, chosen), lines, {})) {
        const { turn } = played;
        expect(collected).toEqual(expect.arrayContaining(turn.collected.map((one) => one.field)));
        expect(new Set(Object.keys(turn.trace.reasons))).toEqual(new Set(collected));
        if (turn.request === null) continue;
        expect(collected).toContain(turn.request.field);
        expect(turn.request.attempt).toBeLessThanOrEqual(attemptsMax ?? 2);
      }
    }),
    { numRuns: 200 },
  );
});
