import { expect, test } from "vitest";
import type { RuleFile } from "../../../engine/rules/pack.ts";
import { FIELDS, intentFile, problemsWith, shownProblems, WORDINGS } from "./small-pack.ts";

const INFO = intentFile("info", { triggers: ["email me"] });
const OTHER = intentFile("other", { triggers: ["call me"], priority: 200 });

function changed(file: RuleFile, from: string | RegExp, to: string): RuleFile {
  return { ...file, text: file.text.replace(from, to) };
}

test("a pack with nothing wrong has no problems", () => {
  expect(problemsWith(INFO, OTHER)).toEqual([]);
});

test("problems come in the order of path, line and column", () => {
  const problems = problemsWith(
    { path: "b.yaml", text: "intent: 1\ntitle: 2\n" },
    { path: "a.yaml", text: "nothing: 1\n" },
  );
  expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
    "a.yaml:1:1",
    ...Array<string>(4).fill("b.yaml:1:1"),
    "b.yaml:1:9",
    "b.yaml:2:8",
  ]);
});

const INTENTS: readonly (readonly [name: string, files: readonly RuleFile[], problems: readonly string[]])[] =
  [
    [
      "a tie of priorities names both places",
      [INFO, changed(OTHER, "200", "100")],
      [
        "en/other.yaml:4:11 `other` and `info` (en/info.yaml:4) both have priority 100; priorities are unique, so that no order but yours decides",
      ],
    ],
    [
      "an intent is defined once",
      [INFO, { ...changed(OTHER, "other", "info"), path: "en/z.yaml" }],
      ["en/z.yaml:1:9 the intent `info` is defined in en/info.yaml:1 already"],
    ],
    [
      "an intent does not take a signal's name",
      [intentFile("refusal", { triggers: ["email me"] })],
      ["en/refusal.yaml:1:9 `refusal` is the name of a signal; write a signal file, or choose another name"],
    ],
    [
      "only fields that there are can be requested, and each once",
      [changed(INFO, "replies", "requests: [email, fax, email]\nreplies")],
      [
        "en/info.yaml:7:19 there is no field `fax`; the pack's fields: `email`",
        "en/info.yaml:7:24 `email` is requested twice",
      ],
    ],
    [
      "wordings to ask with are for requested fields",
      [changed(INFO, "replies", "ask: { email: May I have your email? }\nreplies")],
      ["en/info.yaml:7:15 `ask` has wordings for `email`, which the intent does not request"],
    ],
    [
      "an intent that holds asks for nothing",
      [changed(INFO, "replies", "hold: true\nrequests: [email]\nreplies")],
      ["en/info.yaml:8:11 an intent that holds asks for nothing; take away `requests` or `hold: true`"],
    ],
    [
      "an intent does something",
      [changed(INFO, /replies.*\n/, "")],
      [
        "en/info.yaml:1:9 the intent says nothing and asks for nothing; give it `replies`, `requests` or `hold: true`",
      ],
    ],
    [
      "`done` is for intents that request something",
      [changed(INFO, "replies", "done: [Thanks.]\nreplies")],
      ["en/info.yaml:7:7 `done` is said once everything requested is known, and nothing is requested"],
    ],
    [
      "a reply before a request is a statement, and an ask is one question",
      [
        changed(
          INFO,
          /replies.*/,
          "requests: [email]\nreplies: [Shall we?]\nask: { email: [Your email, 'Who? What?'] }\ndone: [Done?]",
        ),
      ],
      [
        "en/info.yaml:8:11 the wording has a question mark; here it is a statement, because a question may follow",
        "en/info.yaml:9:16 the wording has no question mark; here it is exactly one question",
        "en/info.yaml:9:28 the wording has 2 question marks; here it is exactly one question",
        "en/info.yaml:10:8 the wording has a question mark; here it is a statement, because a question may follow",
      ],
    ],
    [
      "a reply holds at most one question, whatever its mark",
      [changed(INFO, /replies.*/, "replies: [Really? 本当？]")],
      ["en/info.yaml:7:11 the wording has 2 question marks; a message holds at most one question"],
    ],
    [
      "a placeholder is a field of the pack",
      [changed(INFO, /replies.*/, 'replies: ["Hi {name}, {email}, {details} {"]')],
      [
        "en/info.yaml:7:11 nothing fills `{details}` here; accepted: {email}",
        "en/info.yaml:7:11 nothing fills `{name}` here; accepted: {email}",
        "en/info.yaml:7:11 the wording has a brace without its pair; accepted: {email}",
      ],
    ],
    [
      "a pack has one language",
      [changed(INFO, "language: en", "language: de")],
      ["en/info.yaml:3:11 the language is `de` here and `en` in fields.yaml:1; a pack has one"],
    ],
    [
      "an example is not wanted and unwanted at once, and is asked for a field that there is",
      [
        intentFile("info", {
          triggers: ["a b"],
          matches: ["a b", { text: "x", asked: "fax" }],
          ignores: ["a b"],
        }),
      ],
      [
        "en/info.yaml:8:49 there is no field `fax`; the pack's fields: `email`",
        "en/info.yaml:8:68 “a b” is in `matches` too (en/info.yaml:8)",
      ],
    ],
  ];

test.each(INTENTS)("%s", (_name, files, problems) => {
  expect(problemsWith(...files)).toEqual(problems);
});

const TRIGGERS: readonly (readonly [name: string, trigger: unknown, message: string])[] = [
  [
    "square brackets capture and choose nothing",
    "send [the|a]? list",
    "in the trigger `send [the|a]? list` square brackets are not accepted; write (a|b) for a choice and (a|b)? for an optional one",
  ],
  [
    "a choice stands in a group",
    "send|mail me",
    "in the trigger `send|mail me` `|` stands outside of a group; write (a|b)",
  ],
  [
    "groups do not nest without end",
    "((((((a|b)|c)|d)|e)|f)|g)",
    "in the trigger `((((((a|b)|c)|d)|e)|f)|g)` groups stand more than 5 deep; write several triggers",
  ],
  ["brackets come in pairs", "(a|b", "in the trigger `(a|b` a `(` has no `)`"],
  ["closing brackets too", "a) b", "in the trigger `a) b` a `)` has no `(`"],
  [
    "an alternative has words",
    "(a|) b",
    "in the trigger `(a|) b` a group has an empty alternative; write (a|b)? for an optional one",
  ],
  ["a part of speech exists", "#Nuon", "in the trigger `#Nuon` `#Nuon` is not a part of speech"],
  ["a method exists", "@isLoud", "in the trigger `@isLoud` `@isLoud` is not known"],
  ["a dot matches everything", ".", "the trigger `.` matches any words: it needs a word that must be there"],
  ["a star matches everything", "*", "the trigger `*` matches any words: it needs a word that must be there"],
  [
    "what is optional alone matches everything",
    "please? (a|b c)?",
    "the trigger `please? (a|b c)?` matches any words: it needs a word that must be there",
  ],
  ["a regex may match nothing", { regex: "a*" }, "`a*` matches every text, even an empty one"],
  [
    "a regex is RE2",
    { regex: "(?=a)" },
    "`(?=a)` is not a regular expression in RE2 syntax: invalid or unsupported Perl syntax: `(?=`",
  ],
  [
    "a regex in a trigger is RE2",
    "a /(?!b)c/",
    "the trigger `a /(?!b)c/` cannot be read as match syntax: error parsing regexp: invalid or unsupported Perl syntax: `(?!`",
  ],
  [
    "no choice may be empty",
    "(a{0,2}|c) d",
    "in the trigger `(a{0,2}|c) d` a `?` stands inside a group; put it behind the group, or write the choice with and without",
  ],
  [
    "a repeat has bounds",
    "a{3,2} b",
    "in the trigger `a{3,2} b` `{3,2}` repeats strangely; accepted: up to 20 times, the smaller number first",
  ],
  [
    "what is optional stands behind its group",
    "(put|placed?) it",
    "in the trigger `(put|placed?) it` a `?` stands inside a group; put it behind the group, or write the choice with and without",
  ],
  [
    "an anchor stands outside of groups",
    "(^a|b) c",
    "in the trigger `(^a|b) c` `^` stands first in a trigger and `$` last, not in a group",
  ],
  [
    "what is not meant is one word",
    "a !(b c|d)",
    "in the trigger `a !(b c|d)` `!` stands before several words; it looks at one word only",
  ],
  [
    "a trigger has an end",
    "a .{0,20} ".repeat(99),
    `the trigger \`${"a .{0,20} ".repeat(99)}\` has more than 2000 words, its repeats written out; write several triggers`,
  ],
  [
    "what is optional does not multiply without end",
    `a ${"* ".repeat(200)}b`,
    `the trigger \`a ${"* ".repeat(200)}b\` has more than 5000 ways from one word to the next, its repeats written out; write several triggers`,
  ],
  [
    "repeats in repeats are counted before they are written out",
    "(((((a{20}){20}){20}){20}){20}){20} b",
    "in the trigger `(((((a{20}){20}){20}){20}){20}){20} b` `{20}` repeats more than 500 words in all; write several triggers",
  ],
  [
    "a sentence copied with its question mark would make its last word optional",
    "want a card?",
    "the trigger `want a card?` ends with `card?`, which makes that word optional and so needless; leave the ? out (a question mark is @hasQuestionMark)",
  ],
  [
    "a trigger object says one thing",
    { opens: "a", whole: "b" },
    "exactly one of `opens`, `whole` and `regex`",
  ],
];

test.each(TRIGGERS)("%s", (_name, trigger, message) => {
  expect(problemsWith(intentFile("info", { triggers: [trigger] }))).toEqual([`en/info.yaml:5:12 ${message}`]);
});

test("a trigger belongs to one intent, once, and is not its own exception", () => {
  expect(
    problemsWith(
      intentFile("a", { triggers: ["email me", "Email  me"], except: ["stop", "stop", "email me"] }),
      intentFile("b", { triggers: ["email me"], priority: 200 }),
    ),
  ).toEqual([
    "en/a.yaml:5:23 the trigger `Email  me` is written twice (first in line 5)",
    "en/a.yaml:6:17 `stop` is written twice in `except` (first in line 6)",
    "en/a.yaml:6:24 `email me` is a trigger too (line 5), which it always cancels",
    "en/b.yaml:5:12 the trigger `email me` belongs to `a` too (en/a.yaml:5), so it can never decide between them",
  ]);
});

test("a pack has one fields file and one wordings file", () => {
  expect(shownProblems([INFO])).toEqual([
    "en/info.yaml:1:1 the pack has no fields file (a file with the top-level key `fields`)",
    "en/info.yaml:1:1 the pack has no wordings file (a file with the top-level key `wordings`)",
  ]);
  expect(shownProblems([FIELDS, WORDINGS, { ...WORDINGS, path: "z.yaml" }])).toEqual([
    "z.yaml:1:1 a pack has one wordings file, and en/wordings.yaml:1 is one already",
  ]);
  expect(shownProblems([])).toHaveLength(2);
});

const CANNOT_HAVE = (field: string, extractor: string) =>
  `the field \`${field}\` cannot have the extractor \`${extractor}\`; name, email and phone have those of their own names, every other field has \`pattern\``;

const FIELD_CHANGES: readonly (readonly [
  name: string,
  from: string | RegExp,
  to: string,
  problems: readonly string[],
])[] = [
  [
    "name, email and phone have the extractors of their names, and nobody else has",
    /$/,
    FIELDS.text
      .slice(FIELDS.text.indexOf("  - field"))
      .replace("field: email", "field: work")
      .replace(/mentions.*/, ""),
    [`fields.yaml:16:16 ${CANNOT_HAVE("work", "email")}`],
  ],
  [
    "a pattern needs its pattern",
    "extractor: email",
    "extractor: pattern",
    [
      "fields.yaml:6:16 `extractor: pattern` needs a `pattern` in RE2 syntax",
      `fields.yaml:6:16 ${CANNOT_HAVE("email", "pattern")}`,
    ],
  ],
  [
    "a pattern is for the pattern extractor",
    "extractor: email",
    "extractor: email\n    pattern: a",
    ["fields.yaml:7:14 `pattern` is for `extractor: pattern`, not for `email`"],
  ],
  [
    "only a phone can be asked whether it is whole",
    "extractor: email",
    "extractor: email\n    unvalidated: Is it whole?",
    ["fields.yaml:7:18 `unvalidated` is for `extractor: phone`, not for `email`"],
  ],
  [
    "a pattern is RE2 and finds something",
    "extractor: email",
    "extractor: pattern\n    pattern: a?",
    [
      `fields.yaml:6:16 ${CANNOT_HAVE("email", "pattern")}`,
      "fields.yaml:7:14 `a?` finds a value in every text, even an empty one",
    ],
  ],
  [
    "why is a statement",
    "to answer you.",
    "to answer you, right?",
    [
      "fields.yaml:11:10 the wording has a question mark; here it is a statement, because a question may follow",
    ],
  ],
];

test.each(FIELD_CHANGES)("%s", (_name, from, to, problems) => {
  expect(shownProblems([changed(FIELDS, from, to), WORDINGS])).toEqual(problems);
});

test("a file of examples is about a rule that there is, and asks for fields that there are", () => {
  const file = { path: "en/x.yaml", text: "examples_of: inof\nmatches: [{text: a, asked: fax}]\n" };
  expect(problemsWith(INFO, file)).toEqual([
    "en/x.yaml:1:14 the pack has no intent and no signal `inof`; did you mean `info`?",
    "en/x.yaml:2:28 there is no field `fax`; the pack's fields: `email`",
  ]);
  expect(problemsWith(INFO, changed(file, "inof", "refusal"))).toContain(
    "en/x.yaml:1:14 the pack has no intent and no signal `refusal`",
  );
});

test("an example is not wanted in one file and unwanted in another", () => {
  const info = intentFile("info", { triggers: ["a b"], matches: ["a b", "b"], ignores: ["c"] });
  const more = {
    path: "en/more.yaml",
    text: "examples_of: info\nmatches: [d]\nignores:\n  - a b\nheld_back:\n  matches: [c]\n",
  };
  const again = { path: "en/z.yaml", text: "examples_of: info\nheld_back: {ignores: [d, e]}\n" };
  expect(problemsWith(info, more, again)).toEqual([
    "en/info.yaml:8:45 “c” is in `matches` too (en/more.yaml:6)",
    "en/more.yaml:4:5 “a b” is in `matches` too (en/info.yaml:8)",
    "en/z.yaml:2:23 “d” is in `matches` too (en/more.yaml:2)",
  ]);
});

test("a transcript names fields that there are", () => {
  const text = `transcripts:
  - title: Asks
    steps:
      - customer: Hi
        asks: fax
        known: {email: null, fax: null}
      - agent: Hi
        bot: Hello
`;
  expect(problemsWith({ path: "t.yaml", text: text.replace("        bot: Hello\n", "") })).toEqual([
    "t.yaml:5:15 there is no field `fax`; the pack's fields: `email`",
    "t.yaml:6:35 there is no field `fax`; the pack's fields: `email`",
  ]);
  expect(problemsWith({ path: "t.yaml", text })).toEqual([
    "t.yaml:7:9 a step has exactly one of `customer`, `agent` and `bot`",
  ]);
});
