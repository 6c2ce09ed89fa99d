import * as fc from "fast-check";
import { expect, test } from "vitest";
import { visibleText } from "../../../engine/understand/visible-text.ts";
import { hear } from "./hear.ts";

test.each([
  ["04\u200b12\u00ad", "0412"],
  ["\u202a+61 412\u202c", "+61 412"],
  ["❤\ufe0f Lena", "❤ Lena"],
  ["le\u200dna", "lena"],
  // between letters that join, a joiner is spelling
  ["علی\u200cرضا", "علی\u200cرضا"],
  ["ශ්\u200dරී", "ශ්\u200dරී"],
])("%j is seen as %j", (sent, seen) => {
  expect(visibleText(sent).text).toBe(seen);
});

test("a finding's raw text is what was sent", () => {
  const [finding] = hear("mail le\u200bna@quill.example\u200b now");
  expect(finding).toMatchObject({ value: "lena@quill.example", raw: "le\u200bna@quill.example" });
});

test("law: a span of what is seen stands for the same characters in what was sent", () => {
  const sent = fc.string({
    unit: fc.constantFrom("a", "\u00e9", "م", "👩", "\u200b", "\u200d", "\ufe0f", " ", "7"),
  });
  fc.assert(
    fc.property(sent, fc.nat(), fc.nat(), (text, a, b) => {
      const visible = visibleText(text);
      const [start = 0, end = 0] = [a, b]
        .map((at) => at % (visible.text.length + 1))
        .toSorted((x, y) => x - y);
      const span = visible.original({ start, end });
      const from = visibleText(text.slice(0, span.start)).text + text.slice(span.start, span.end);
      expect(span.end).toBeGreaterThanOrEqual(span.start);
      expect(from.replace(/\u200b|\u200d|\ufe0f/g, "")).toBe(
        visible.text.slice(0, end).replace(/\u200d/g, ""),
      );
    }),
  );
});
