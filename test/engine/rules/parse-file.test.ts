import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFile } from "../../../engine/rules/parse-file.ts";
import { SIGNALS } from "../../../engine/understand/understanding.ts";

function problemsOf(text: string): string[] {
  const read = parseFile({ path: "a.yaml", text });
  return "problems" in read
    ? read.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
    : [];
}

const GOOD = `intent: info
title: Wants something sent
language: en
priority: 600
requests: [email]
triggers:
  - email me
  - regex: price ?list
examples:
  matches: [email me, {text: "yes", asked: email}]
  ignores: []
`;

test("an intent file that is right has no problems", () => {
  expect(problemsOf(GOOD)).toEqual([]);
});

const INTENT_KEYS =
  "`intent`, `title`, `language`, `priority`, `hold`, `requests`, `fillers`, `triggers`, `except`, `replies`, `ask`, `invalid`, `done`, `examples`";

/** A change to the good file, and what is said of it. */
const CHANGES: readonly (readonly [
  name: string,
  from: string | RegExp,
  to: string,
  problems: readonly string[],
])[] = [
  [
    "a misspelt key is named, with the key that was meant",
    "requests:",
    "requets:",
    [`5:1 \`requets\` is not a key of an intent file; did you mean \`requests\`? Accepted: ${INTENT_KEYS}`],
  ],
  [
    "a key that is nothing like any is answered with the accepted ones",
    "requests:",
    "wants:",
    [`5:1 \`wants\` is not a key of an intent file. Accepted: ${INTENT_KEYS}`],
  ],
  [
    "a misspelt key deep inside is found at its own place",
    "  ignores:",
    "  ignore:",
    [
      "10:3 `ignores` is missing from `examples`; it takes a list",
      "11:3 `ignore` is not a key of `examples`; did you mean `ignores`? Accepted: `matches`, `ignores`",
    ],
  ],
  [
    "a missing key is reported at the top",
    /^title.*\n/m,
    "",
    ["1:1 `title` is missing from an intent file; it takes a text"],
  ],
  [
    "a priority out of range says the range",
    "600",
    "1001",
    ["4:11 `priority` is `1001`; accepted: at most 1000"],
  ],
  [
    "a priority that is no number says so",
    "600",
    "high",
    ["4:11 `priority` is `high`; accepted: a whole number"],
  ],
  ["a text in place of a list says so", "[email]", "email", ["5:11 `requests` is `email`; accepted: a list"]],
  [
    "a part of speech that YAML takes for a comment is to be quoted",
    "- email me",
    "- email #Noun",
    [
      "7:5 `#Noun` is a comment to YAML, so it is not read: put the whole text into quotes; or, if a comment is meant, write a space behind the #",
    ],
  ],
  [
    "a number among triggers is to be quoted",
    "- email me",
    "- 42",
    ["7:5 `triggers[1]` is `42`; accepted: a text, or {opens: …}, {whole: …} or {regex: '…'}"],
  ],
  [
    "a misspelt key of a trigger is found at its own place",
    "- regex:",
    "- regexp:",
    [
      "8:5 `regexp` is not a key of `triggers[2]`; did you mean `regex`? Accepted: `opens`, `whole`, `regex`",
      "8:5 exactly one of `opens`, `whole` and `regex`",
    ],
  ],
  [
    "a line that is indented too far is not silently taken into the one above",
    "  - email me\n",
    "  - email me\n    - mail me\n",
    [
      "7:5 this text runs on over several lines, as it does when a line below it is indented by a space too many; write it on one line, or in quotes",
    ],
  ],
  [
    "a backspace that was meant for a word's edge is named",
    "- regex: price ?list",
    '- regex: "\\bprice ?list"',
    [
      '8:12 there is a control character in this text, as "\\b" makes one in double quotes; write regular expressions in single quotes',
    ],
  ],
  [
    "an empty list of triggers is no rule",
    /triggers:\n.*\n.*\n/,
    "triggers: []\n",
    ["6:11 `triggers` is empty; accepted: at least 1 entry"],
  ],
  [
    "an empty trigger is no trigger",
    "- email me",
    '- ""',
    ["7:5 `triggers[1]` is empty; accepted: some text"],
  ],
  [
    "a duplicate key is an error",
    "title:",
    "intent: b\ntitle:",
    ["2:1 not valid YAML: map keys must be unique"],
  ],
  ["an anchor is not accepted", "[email]", "&a [email]", ["5:14 anchors such as `&a` are not accepted"]],
  [
    "an alias is not accepted",
    /requests.*/,
    "requests: &a [email]\ndone: *a",
    ["5:14 anchors such as `&a` are not accepted", "6:7 aliases such as `*a` are not accepted"],
  ],
  [
    "a tag is not accepted",
    "600",
    "!!int 600",
    ["4:17 tags such as `tag:yaml.org,2002:int` are not accepted"],
  ],
  [
    "an unknown tag is a warning, and warnings are errors",
    "600",
    "!x 600",
    ["4:11 not valid YAML: unresolved tag: !x"],
  ],
  [
    "a second document is not accepted",
    /$/,
    "---\nintent: b\n",
    ["12:1 not valid YAML: source contains multiple documents; please use YAML.parseAllDocuments()"],
  ],
  [
    "two kinds in one file are not accepted",
    "title:",
    "signal: yes\ntitle:",
    [
      "1:1 a rule file has exactly one of the keys `intent`, `signal`, `fields`, `wordings`, `examples_of`, `transcripts` at its top level; this one has `intent` and `signal`",
    ],
  ],
  [
    "a field's name has a shape",
    "[email]",
    "[E-Mail]",
    ["5:12 `requests[1]` is `E-Mail`; accepted: lower-case letters, digits and _, beginning with a letter"],
  ],
  [
    "hold is true or false",
    "requests: [email]",
    "hold: yes",
    ["5:7 `hold` is `yes`; accepted: true or false"],
  ],
  [
    "a NUL is not text",
    "600",
    "600\0",
    ["1:1 the file is not well-formed UTF-8 text without NUL characters"],
  ],
];

test.each(CHANGES)("%s", (_name, from, to, problems) => {
  expect(problemsOf(GOOD.replace(from, to))).toEqual(problems);
});

describe("files that are nothing", () => {
  const kinds = "`intent`, `signal`, `fields`, `wordings`, `examples_of`, `transcripts`";
  const none = `1:1 a rule file has exactly one of the keys ${kinds} at its top level; this one has none`;
  test.each([
    ["", none],
    ["just words", none],
    ["- a list", none],
    ["title: no kind", none],
    ["# nothing but a comment", none],
  ])("%j is no rule file", (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  test("a signal that does not exist is answered with those that do", () => {
    const text = GOOD.replace("intent: info", "signal: maybe").replace(/priority.*\nrequests.*\n/, "");
    expect(problemsOf(text)).toEqual([
      `1:9 \`signal\` is \`maybe\`; accepted: ${SIGNALS.map((signal) => `\`${signal}\``).join(", ")}`,
    ]);
  });

  test("more than 1 MB is too much", () => {
    expect(problemsOf(`# ${"é".repeat(600_000)}`)).toEqual([
      "1:1 the file is larger than 1000000 bytes, the most that is accepted",
    ]);
  });

  test("brackets nested without end are refused", () => {
    const [problem] = problemsOf(`intent: ${"[".repeat(300_000)}`);
    expect(problem).toMatch(/YAML/);
  });

  test("broken YAML is reported where it breaks", () => {
    expect(problemsOf('intent: "info')).toEqual(['1:14 not valid YAML: missing closing "quote']);
  });
});

test("a file of examples needs an example, of whichever sort, and has lists of them", () => {
  expect(problemsOf("examples_of: info\nheld_back: {ignores: [email]}\n")).toEqual([]);
  expect(problemsOf("examples_of: info\nmatches: []\n")).toEqual([
    "1:1 the file has no examples; give it `matches`, `ignores` or `held_back`",
  ]);
  expect(problemsOf("examples_of: info\nmatches: [a]\nheld_back:\n  matchs: [b, 7]\n")).toEqual([
    "4:3 `matchs` is not a key of `held_back`; did you mean `matches`? Accepted: `matches`, `ignores`",
  ]);
  expect(problemsOf("examples_of: info\nmatches:\n  - a\n  - 7\n")).toEqual([
    "4:5 `matches[2]` is `7`; accepted: a text, or {text: '…', asked: a field}",
  ]);
});

test("carriage returns count as part of their line", () => {
  expect(problemsOf(GOOD.replace("600", "0").replaceAll("\n", "\r\n"))).toEqual([
    "4:11 `priority` is `0`; accepted: at least 1",
  ]);
});

describe("laws", () => {
  const piece = fc.constantFrom(
    "intent: a\n",
    "signal: no\n",
    "fields:\n",
    "  - ",
    "{",
    "}",
    "[",
    "]",
    ": ",
    "? ",
    "| \n",
    "&a ",
    "*a ",
    "!!str ",
    "<<: ",
    "triggers: [a]\n",
    "__proto__: 1\n",
    "examples: {matches: [], ignores: []}\n",
    "\t",
    '"',
    "'",
    "---\n",
    "%YAML 1.1\n",
    "\0",
    "\ud800",
    "# ",
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
    fc.string({ unit: "binary" }),
    fc.array(piece, { maxLength: 3 }).map((pieces) => GOOD + pieces.join("")),
  );
  test("any text is a file or problems that lie in it, and never an exception", () => {
    fc.assert(
      fc.property(text, (text) => {
        const read = parseFile({ path: "a.yaml", text });
        if (!("problems" in read)) return;
        expect(read.problems.length).toBeGreaterThan(0);
        const lines = text.split("\n");
        for (const { line, column, message } of read.problems) {
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? -1) + 1);
          expect(message).not.toBe("");
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
