import * as fc from "fast-check";
import nlp from "compromise";
import { describe, expect, test } from "vitest";
import { makeCompiler } from "../../../engine/rules/compile-trigger.ts";
import { intentFile, packWith } from "./small-pack.ts";

/** The words of a text that a trigger matches. */
function heard(trigger: unknown, text: string, fillers: readonly string[] = []): string[] {
  const pack = packWith(intentFile("it", { triggers: [trigger], fillers }));
  return pack.matcher.match(text).intents.map(({ start, end }) => text.slice(start, end));
}

const MATCHING: readonly (readonly [trigger: unknown, text: string, words: readonly string[]])[] = [
  ["email me", "Can you EMAIL me, please?", ["EMAIL me"]],
  ["email me", "Please email: me!", ["email: me"]],
  [
    "(email|send) me the? brochure",
    "send me the brochure. email me brochure",
    ["send me the brochure", "email me brochure"],
  ],
  // whatever choice leads on is taken, the longest match first
  ["send (price|price list) please", "send price list please", ["send price list please"]],
  ["send * (price list|menu)", "send me your price list", ["send me your price list"]],
  ["send .{0,2} (price list|menu)", "send the menu", ["send the menu"]],
  ["cancel (my|the|newsletter)? (newsletter|list)", "cancel newsletter", ["cancel newsletter"]],
  ["a? b? c? d", "b d", ["b d"]],
  // an anchor holds whichever optional words are left out
  ["^(please|ok)? (just)? book", "book. the book", ["book"]],
  ["^(please|ok)? (just)? book", "just book", ["just book"]],
  ["^(please)? book", "I book", []],
  ["book (now)? (please|thanks)?$", "book now", ["book now"]],
  ["book (now)? (please|thanks)?$", "book it", []],
  ["^(ok|all right)? book$", "we book", []],
  [
    "(send (me|us) (the|a)? (price list|menu)|menu please)",
    "send us a menu. menu please",
    ["send us a menu", "menu please"],
  ],
  ["(a b|c)+ d", "a b c a b d", ["a b c a b d"]],
  ["send .{1,2} (it|it now)", "send it it now", ["send it it now"]],
  ["want * please", "I want this and that please please", ["want this and that please please"]],
  // one match a sentence: the first
  ["email me", "email me, email me. email me", ["email me", "email me"]],
  // contractions
  ["do not want", "I don't want it. i dont want it. I don’t want", ["don't want", "dont want", "don’t want"]],
  ["don't want", "I do not want it", ["do not want"]],
  ["it's late", "it’s late, its late", ["it’s late"]],
  ["it is late", "it's late. its late. it is late", ["it's late", "its late", "it is late"]],
  ["where my order", "where's my order", ["where's my order"]],
  ["where is my order", "wheres my order", ["wheres my order"]],
  ["that . fine", "that's all fine", ["that's all fine"]],
  ["i would like", "I'd like", ["I'd like"]],
  ["you are late", "ur late", ["ur late"]],
  ["the customer order", "the customer's order", ["the customer's order"]],
  ["please", "pls", ["pls"]],
  ["(when's|i'd) it", "when it. when's it. i it. I'd it", ["when's it", "I'd it"]],
  ["(can't|cannot) pay", "I can't pay", ["can't pay"]],
  ["i am", "I'm here", ["I'm"]],
  ["not want", "I don't want", ["don't want"]],
  ["gonna pay", "I am going to pay", ["going to pay"]],
  // spelling that the tokenizer changes
  ["e-mail me", "email me. e-mail me", ["email me", "e-mail me"]],
  ["price list", "brochure and/or price/list", ["price/list"]],
  ["can you", "hi,can you", ["can you"]],
  ["^can you", "hello!can you", ["can you"]],
  ["send", "send🙂", ["send"]],
  ["cafe", "the café is open", ["café"]],
  // tokens
  ["{send} it", "I sent it", ["sent it"]],
  ["({send}|mail) it", "sending it", ["sending it"]],
  ["~brochure~", "a brochurre", ["brochurre"]],
  ["table for (/^[0-9]{1,2}$/|two)", "a table for 12", ["table for 12"]],
  ["/^colou?rs?$/ card", "a colours card", ["colours card"]],
  ["want !a thing", "want the thing", ["want the thing"]],
  ["yes$", "oh yes. yes please", ["yes"]],
  ["no$", "No. I would like another", ["No"]],
  ["#Money please", "$20 please", ["$20 please"]],
  ["she is late", "she is late", ["she is late"]],
  ["#Pronoun is late", "she's late", ["she's late"]],
  // regular expressions
  [{ regex: String.raw`\bprice ?list\b` }, "The PriceList! The price list", ["PriceList", "price list"]],
  [{ regex: "don't" }, "I don’t", ["don’t"]],
  [{ regex: String.raw`\?` }, "Really?", ["?"]],
];

test.each(MATCHING)("the trigger %j finds in %j the words %j", (trigger, text, words) => {
  expect(heard(trigger, text)).toEqual(words);
});

const NOT_MATCHING: readonly (readonly [trigger: unknown, text: string])[] = [
  ["email me", "email. Me"],
  ["email me", "emailed me"],
  ["^can you", "so can you"],
  ["want !a thing", "want a thing"],
  ["#Money please", "fine please"],
  ["send .{0,2} menu", "send me all of your menu"],
  ["no$", "No. 5 Baker Street"],
  // what a contraction leaves unsaid is no word that a gap or a "not this" could take
  ["it . late", "it's late"],
  ["it !now", "it's"],
  ["co op", "co-op"],
];

test.each(NOT_MATCHING)("the trigger %j finds nothing in %j", (trigger, text) => {
  expect(heard(trigger, text)).toEqual([]);
});

function asks(text: string): boolean {
  return heard("@hasQuestionMark", text).length > 0;
}

describe("clauses", () => {
  const FILLERS = ["oh", "well", "no problem", "please", "thanks"];
  test.each([
    ["yes", ["yes"]],
    ["Oh, yes please!", ["Oh, yes please"]],
    ["well no problem, yes", ["well no problem, yes"]],
    ["my friend says yes", []],
    ["yes it is", []],
    ["I asked her, yes, and left", ["yes"]],
    ["I see - yes", ["yes"]],
    ["yes, it is. and yes", ["yes"]],
  ])("a whole clause: %j", (text, words) => {
    expect(heard({ whole: "(yes|yep)" }, text, FILLERS)).toEqual(words);
  });
  test.each([
    ["what is it", ["what is"]],
    ["oh well, what's it", ["oh well, what's"]],
    ["tell me what is it", []],
    ["hi there: what is it", ["what is"]],
    ["oh oh oh oh what is it", []],
  ])("the beginning of a clause: %j", (text, words) => {
    expect(heard({ opens: "what is" }, text, FILLERS)).toEqual(words);
  });
  test("a question mark is heard behind a word, alone, and not inside of a link", () => {
    expect(["really?", "is it ?", "?", "你好吗？", "so? yes", "what?!", "“you?”"].map(asks)).toEqual(
      Array(7).fill(true),
    );
    expect(["really", "https://shop.example/?q=1 is it", "!"].map(asks)).toEqual([false, false, false]);
  });
});

describe("except", () => {
  const pack = packWith(
    intentFile("info", { triggers: ["email me"], except: ["already (got|received)", { regex: "no need" }] }),
    intentFile("other", { triggers: ["email me", "brochure"].slice(1), priority: 200 }),
  );
  const intents = (text: string): string[] => pack.matcher.match(text).intents.map(({ intent }) => intent);

  test("cancels the triggers of its rule in the same sentence", () => {
    expect(intents("email me what I already got")).toEqual([]);
    expect(intents("no need to email me")).toEqual([]);
  });
  test("leaves the triggers of other sentences alone", () => {
    expect(intents("I already got one. Now email me another")).toEqual(["info"]);
  });
  test("counts in every sentence that a regular expression reaches over, and in the one that a part of speech is in", () => {
    const own = packWith(
      intentFile("over", { triggers: [{ regex: "first[^z]*last" }], except: ["nope"] }),
      intentFile("tag", { triggers: ["#Verb the cat"], except: ["park ave"], priority: 200 }),
    );
    const heardOf = (text: string) => own.matcher.match(text).intents.map(({ intent }) => intent);
    expect(heardOf("first. nope. last")).toEqual([]);
    expect(heardOf("first. well. last")).toEqual(["over"]);
    expect(heardOf("I live on Park Ave. Please hug the cat")).toEqual(["tag"]);
  });
  test("leaves the triggers of other rules alone", () => {
    expect(intents("email me the brochure that I already got")).toEqual(["other"]);
  });
});

test("one trigger serves a rule, another rule's except and a field's mention", () => {
  const pack = packWith(
    intentFile("one", { triggers: ["my email"] }),
    intentFile("two", { triggers: ["change it"], except: ["my email"], priority: 200 }),
  );
  const found = pack.matcher.match("change it, my email");
  expect(found.intents.map(({ intent }) => intent)).toEqual(["one"]);
  expect(found.mentions).toEqual(["email"]);
});

test("a long sentence without a stop is heard from end to end, each trigger once, its anchors at its own ends", () => {
  const long = `${"la ".repeat(150)}email me ${"la ".repeat(90)}email me ${"la ".repeat(300)}call me`;
  expect(heard("email .{0,20} me", long)).toEqual(["email me"]);
  expect(heard("call me$", long)).toEqual(["call me"]);
  expect(heard("^email me", long)).toEqual([]);
});

test("a trigger that spans more words than a window is heard in a long sentence", () => {
  const gap = "la ".repeat(120);
  expect(heard("send * menu", `${gap}send ${gap}menu`)).toHaveLength(1);
  expect(heard("^send * menu", `send ${gap}menu`)).toHaveLength(1);
  const apart = "la ".repeat(18);
  expect(
    heard("a .{0,20} b .{0,20} c .{0,20} d", `${"la ".repeat(47)}a ${apart}b ${apart}c ${apart}d ${gap}`),
  ).toHaveLength(1);
});

test("what is beyond the longest message is not looked at", () => {
  expect(heard("email me", `${" ".repeat(4_000)}email me`)).toEqual([]);
});

/** A trigger of one-letter words as a regular expression over words that each end with a space. */
function asRegExp(trigger: string): RegExp {
  return new RegExp(
    `(?:^| )${trigger
      .replaceAll(
        /\(([^)]*)\)/g,
        (_, choices: string) => `(?:${choices.replaceAll(/\w/g, "$& ").replaceAll(/ +/g, " ")})`,
      )
      .split(/ (?![^(]*\))/)
      .map((part) =>
        part === "."
          ? "\\w "
          : part === "*"
            ? "(?:\\w )*"
            : part.startsWith("!")
              ? `[^${part[1]} ] `
              : /^\w\??$/.test(part)
                ? `(?:${part[0]} )${part.slice(1)}`
                : part,
      )
      .join("")}`,
  );
}

describe("laws", () => {
  const pack = packWith(
    intentFile("words", {
      triggers: ["i * (you|it)", "do not", "~brochure~", "(a|the) .", { regex: "[a-z]+|\\W+" }],
    }),
    intentFile("tags", { triggers: ["#Noun is", "#Verb+"], priority: 200 }),
  );
  const word = fc.constantFrom(
    ..."I can't don't he's you it and/or hi,can constructor __proto__ 5-9pm A.S.A.P. e-mail <3 Mr. “no!” (a the … \u200b 你好。 é 🙂 \ud800 \n d'or 4km".split(
      " ",
    ),
  );
  const joined = fc.array(fc.tuple(word, fc.constantFrom(" ", "", ". ", "?", "\n", "-")), { maxLength: 15 });
  const text = fc.oneof(
    joined.map((parts) => parts.flat().join("")),
    fc.string({ unit: "binary", maxLength: 50 }),
    fc.string({ unit: "grapheme", maxLength: 50 }),
  );

  test("any string has matches whose spans lie in it and begin and end with no space", () => {
    fc.assert(
      fc.property(text, (text) => {
        const { intents } = pack.matcher.match(text);
        for (const { start, end } of intents) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(text.length);
          const words = text.slice(start, end);
          // Bare of spaces and punctuation at both ends, or nothing but those.
          expect(words).toMatch(/^[^\s\p{P}]([^]*[^\s\p{P}])?$|^[\s\p{P}]+$/u);
        }
        expect(intents.map(({ start }) => start)).toEqual(
          intents.map(({ start }) => start).toSorted((a, b) => a - b),
        );
      }),
      { numRuns: 500 },
    );
  });

  const letter = fc.constantFrom("a", "b", "c", "d");
  const token = fc.oneof(
    letter,
    letter.map((word) => `${word}?`),
    fc.tuple(letter, letter).map(([one, other]) => `(${one}|${other})`),
    fc.tuple(letter, letter, letter).map(([one, two, other]) => `(${one} ${two}|${other})`),
    fc.constantFrom(".", "*", "!b"),
  );
  const trigger = fc
    .tuple(letter, fc.array(token, { maxLength: 4 }))
    .map(([first, more]) => [first, ...more].join(" "));

  test("what compromise's own match finds in a sentence is found, and what the pattern as a regular expression finds", () => {
    fc.assert(
      fc.property(trigger, fc.array(letter, { maxLength: 8 }), (trigger, words) => {
        const text = words.join(" ");
        fc.pre(!("error" in makeCompiler()(trigger)));
        const found = asRegExp(trigger).test(`${text} `);
        expect(heard(trigger, text).length > 0).toBe(found);
        expect(found || !nlp.tokenize(text).has(trigger)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
