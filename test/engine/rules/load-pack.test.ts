import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadPack } from "../../../engine/rules/load-pack.ts";
import type { RuleFile, RulePack } from "../../../engine/rules/pack.ts";
import { FIELDS, intentFile, packWith, WORDINGS } from "./small-pack.ts";

const INFO = intentFile("info", {
  triggers: ["email me"],
  matches: ["email me"],
  ignores: [{ text: "no", asked: "email" }],
});
const OTHER = intentFile("other", { triggers: ["call me"], priority: 200 });
const YES: RuleFile = {
  path: "en/yes.yaml",
  text: "signal: yes\ntitle: Yes\nlanguage: en\nasked_only: true\ntriggers: [^yes]\nexamples: { matches: [], ignores: [] }\n",
};
const TRANSCRIPTS: RuleFile = {
  path: "en/info.transcripts.yaml",
  text: `transcripts:
  - title: Asks
    region: AU
    steps:
      - customer: Hi
        asks: null
        reply_contains: Hello
      - agent: May I have your email?
`,
};
const EXAMPLES: RuleFile = {
  path: "en/info.examples.yaml",
  text: `# More of them
---
examples_of: info
ignores: [call me]
held_back:
  matches:
    - mail me
`,
};
const FILES = [FIELDS, WORDINGS, INFO, OTHER, YES, EXAMPLES, TRANSCRIPTS];

/** A pack without the functions in it, for comparison. */
function dataOf({ matcher: _matcher, askedOnly, ...data }: RulePack): object {
  return { ...data, askedOnly: [...askedOnly] };
}

test("a pack has what its files say", () => {
  const pack = packWith(INFO, OTHER, YES, TRANSCRIPTS);
  expect(pack.language).toBe("en");
  expect(pack.limits).toEqual({ attemptsMax: 2, coolOffDays: 30 });
  expect(pack.intents.map(({ intent }) => intent)).toEqual(["other", "info"]);
  expect([...pack.askedOnly]).toEqual(["yes"]);
  expect(pack.fields[0]).toMatchObject({
    field: "email",
    extractor: { kind: "email" },
    ask: ["Which email can we use?", "Which address is it?"],
    invalid: ["Could you check that address?"],
  });
  expect(pack.examples).toEqual([
    {
      intent: "info",
      text: "email me",
      expected: "matches",
      asked: null,
      heldBack: false,
      path: "en/info.yaml",
      line: 8,
      column: 23,
    },
    {
      intent: "info",
      text: "no",
      expected: "ignores",
      asked: "email",
      heldBack: false,
      path: "en/info.yaml",
      line: 8,
      column: 46,
    },
  ]);
  expect(pack.transcripts).toEqual([
    {
      title: "Asks",
      region: "AU",
      path: "en/info.transcripts.yaml",
      line: 2,
      steps: [
        { role: "customer", text: "Hi", asks: null, replyContains: "Hello", line: 5 },
        { role: "agent", text: "May I have your email?", line: 8 },
      ],
    },
  ]);
});

test("a signal that counts only when asked is in the matches, for understand to judge", () => {
  const { matcher } = packWith(YES);
  const [yes] = matcher.match("Yes please").signals;
  expect(yes).toMatchObject({ intent: "yes", trigger: "^yes", start: 0, end: 3 });
  // Where the trigger stands, for people who look for it.
  expect(yes?.at).toBe(`${YES.path}:${YES.text.slice(0, YES.text.indexOf("^yes")).split("\n").length}`);
});

test("a rule's examples come from its own file and from files of examples", () => {
  const { examples } = packWith(INFO, EXAMPLES);
  expect(examples.filter(({ path }) => path === INFO.path)).toHaveLength(2);
  expect(examples.filter(({ path }) => path === EXAMPLES.path)).toEqual([
    {
      intent: "info",
      text: "call me",
      expected: "ignores",
      asked: null,
      heldBack: false,
      path: EXAMPLES.path,
      line: 4,
      column: 11,
    },
    {
      intent: "info",
      text: "mail me",
      expected: "matches",
      asked: null,
      heldBack: true,
      path: EXAMPLES.path,
      line: 7,
      column: 7,
    },
  ]);
});

function serving(...files: readonly RuleFile[]): ReturnType<typeof loadPack> {
  return loadPack([FIELDS, WORDINGS, ...files], { tests: "skip" });
}

describe("a pack that is loaded to serve", () => {
  test("is the same one, but for its tests", () => {
    const whole = packWith(INFO, EXAMPLES, TRANSCRIPTS);
    const loaded = serving(INFO, EXAMPLES, TRANSCRIPTS);
    if ("problems" in loaded) throw new Error("a good pack has no problems");
    expect(dataOf(loaded.pack)).toEqual({ ...dataOf(whole), examples: [], transcripts: [] });
    expect(loaded.pack.matcher.match("email me")).toEqual(whole.matcher.match("email me"));
  });

  test("does not mind what is wrong with its tests", () => {
    const broken = [EXAMPLES, TRANSCRIPTS].map((file) => ({ ...file, text: `${file.text}  what: [` }));
    expect(serving(INFO, ...broken)).toHaveProperty("pack");
    expect(loadPack([FIELDS, WORDINGS, INFO, ...broken])).toHaveProperty("problems");
  });

  test("minds a file that does not begin with its kind: it is read like any other", () => {
    const late = { path: "late.yaml", text: "matches: [a]\nexamples_of: nothing\n" };
    expect(serving(INFO, late)).toHaveProperty("problems");
  });
});

test("what triggers have in common is heard in each of them", () => {
  const { matcher } = packWith(
    intentFile("a", { triggers: ["(gonna|wanna) (see|look at) /^#?[0-9]+$/"] }),
    intentFile("b", { triggers: [{ opens: "(see|look at) /^#?[0-9]+$/" }], fillers: ["oh"], priority: 200 }),
  );
  const heard = (text: string) => matcher.match(text).intents.map(({ intent }) => intent);
  expect(heard("I'm going to look at #12")).toEqual(["a"]);
  expect(heard("oh, look at 12")).toEqual(["b"]);
  expect(heard("look at it")).toEqual([]);
});

test("a pack cannot be changed", () => {
  const pack = packWith(INFO);
  const [intent] = pack.intents;
  expect(() => Object.assign(pack, { language: "de" })).toThrow(TypeError);
  expect(() => Object.assign(intent ?? {}, { priority: 1 })).toThrow(TypeError);
});

function hashWith(...files: readonly RuleFile[]): string {
  return packWith(...files).hash;
}

describe("the hash", () => {
  test("is a SHA-256", () => {
    expect(hashWith(INFO)).toMatch(/^[0-9a-f]{64}$/);
  });
  test("changes with any file's text or path", () => {
    const hashes = [
      hashWith(INFO),
      hashWith({ ...INFO, text: `${INFO.text} ` }),
      hashWith({ ...INFO, path: "en/other.yaml" }),
      hashWith(INFO, OTHER),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
  test("does not run path and text together", () => {
    const text = `#\n${INFO.text}`;
    expect(hashWith({ path: "a", text: `#${text}` })).not.toBe(hashWith({ path: "a#", text }));
  });
});

describe("laws", () => {
  const shuffled = fc.shuffledSubarray(FILES, { minLength: FILES.length });
  test("shuffling the files changes nothing", () => {
    const reference = packWith(INFO, OTHER, YES, EXAMPLES, TRANSCRIPTS);
    fc.assert(
      fc.property(
        shuffled,
        fc.constantFrom("email me, call me", "yes, email me", "my email"),
        (files, text) => {
          const loaded = loadPack(files);
          if ("problems" in loaded) throw new Error("a good pack has no problems");
          expect(dataOf(loaded.pack)).toEqual(dataOf(reference));
          expect(loaded.pack.matcher.match(text)).toEqual(reference.matcher.match(text));
        },
      ),
      { numRuns: 50 },
    );
  });

  test("shuffling broken files changes no problem", () => {
    const broken = FILES.map((file) => ({
      ...file,
      text: file.text.replaceAll("title:", "tilte:").replace("ask:", "aks:"),
    }));
    const unlinked = FILES.map((file) => ({
      ...file,
      text: file.text.replace("200", "100").replace("{email}", "{mail}"),
    }));
    for (const files of [broken, unlinked]) {
      const reference = loadPack(files);
      expect(reference).toHaveProperty("problems");
      fc.assert(
        fc.property(fc.shuffledSubarray(files, { minLength: files.length }), (files) => {
          expect(loadPack(files)).toEqual(reference);
        }),
        { numRuns: 30 },
      );
    }
  });

  test("any change to any file is a pack or problems, and never an exception", () => {
    const change = fc.record({
      at: fc.nat({ max: FILES.length - 1 }),
      from: fc.nat(),
      length: fc.nat({ max: 30 }),
      text: fc.oneof(
        fc.string({ unit: "binary", maxLength: 8 }),
        fc.constantFrom("[", "(", "|", "*", "#", "{", "'", "/", "$"),
      ),
    });
    fc.assert(
      fc.property(change, ({ at, from, length, text }) => {
        const files = FILES.map((file, index) => {
          const start = from % file.text.length;
          return index === at
            ? { ...file, text: file.text.slice(0, start) + text + file.text.slice(start + length) }
            : file;
        });
        const loaded = loadPack(files);
        expect("pack" in loaded || loaded.problems.length > 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("any trigger compiles or is a problem, and never an exception", () => {
    const piece = fc.constantFrom(
      "a",
      "b c",
      "(",
      ")",
      "|",
      "?",
      "*",
      "+",
      "!",
      "#Noun",
      "{go}",
      "{2}",
      "/x/",
      "/",
      "[",
      "^",
      "$",
      "~a~",
      "@hasComma",
      "<Noun>",
      "%a%",
      " ",
      "don't",
      "__proto__",
      "&&",
      ".",
    );
    const trigger = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(
        fc.oneof(
          trigger,
          trigger.map((regex) => ({ regex })),
          fc.string({ minLength: 1 }),
        ),
        (trigger) => {
          const loaded = loadPack([FIELDS, WORDINGS, intentFile("info", { triggers: [trigger] })]);
          const heard = "pack" in loaded ? loaded.pack.matcher.match("a b c don't go, a. #Noun /x/") : null;
          expect(heard !== null || ("problems" in loaded && loaded.problems.length > 0)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
