import { describe, expect, test } from "vitest";
import { hear, heardOf } from "./hear.ts";

describe("addresses are found as people type them", () => {
  test.each([
    ["bob@work.example", ["bob@work.example"]],
    ["mail me: <Mike@Gmail.com>.", ["mike@gmail.com"]],
    ["mailto:bob@work.example?subject=hello", ["bob@work.example"]],
    ["(bob.smith+news@mail.work.example),", ["bob.smith+news@mail.work.example"]],
    ["'bob@work.example'", ["bob@work.example"]],
    ["**bob@work.example**", ["bob@work.example"]],
    ["email=bob@work.example", ["bob@work.example"]],
    ["#%`+bob@work.example", ["#%`+bob@work.example"]],
    ["!bob?{}~x@work.example", ["bob?{}~x@work.example"]],
    ["bob@work.example.Thanks", ["bob@work.example"]],
    ["我的邮箱是bob@work.com谢谢", ["bob@work.com"]],
    ["ｍｉｋｅ＠ｇｍａｉｌ．ｃｏｍ", ["mike@gmail.com"]],
    // what touches an address belongs to it: half of it would be somebody else's
    ["I am o’brien@corp.example", ["o'brien@corp.example"]],
    ["Bob(bob@work.example)", ["bob@work.example"]],
    ["could you email a price list to orders@beans.example please?", ["orders@beans.example"]],
    ["bob@bücher.example", ["bob@xn--bcher-kva.example"]],
    ["can you send it to mike@gmail.com?", ["mike@gmail.com"]],
    ["my email is info@acme.example", ["info@acme.example"]],
    ["I mailed you yesterday from lena@quill.example", ["lena@quill.example"]],
    ["le\u200bna@quill.example", ["lena@quill.example"]],
  ])("%s", (text, expected) => {
    expect(heardOf("email", text)).toEqual(expected);
  });
});

test.each([
  "иванb@corp.example",
  "miкe@corp.example",
  "\u212Ate@corp.example",
  "bob\\x@corp.example",
  'bob"x@corp.example',
  "bob(x)y@corp.example",
  "bob@work.example@evil.example",
])("%j is no address, and no part of it is one", (text) => {
  expect(heardOf("email", text)).toEqual([`malformed: ${text}`]);
});

describe("addresses are understood as people say them", () => {
  test.each([
    ["mike at gmail dot com", ["mike@gmail.com"]],
    ["Oskar dot lind at gmail dot com", ["oskar.lind@gmail.com"]],
    ["kim dot p@fb dot com", ["kim.p@fb.com"]],
    ["john underscore doe at yahoo dot co dot uk", ["john_doe@yahoo.co.uk"]],
    ["mike (at) gmail [dot] com", ["mike@gmail.com"]],
    ["mike @ gmail . com", ["mike@gmail.com"]],
    ["m i k e at g mail dot com", ["mike@gmail.com"]],
    ["my email is lena at quillworks dot example", ["lena@quillworks.example"]],
    ["lena [at] quillworks [dot] example", ["lena@quillworks.example"]],
    ["ottmar at the rate gmail dot com", ["ottmar@gmail.com"]],
    ["ottmar at the rate of gmail.com", ["ottmar@gmail.com"]],
    ["ottmar arroba gmail punto com", ["ottmar@gmail.com"]],
    ["it's priya 22 at outlook dot com", ["priya22@outlook.com"]],
    ["ottmar@gmail,com", ["ottmar@gmail.com"]],
    ["ottmar at gmail com", ["ottmar@gmail.com"]],
    ["ottmar@gmail . com", ["ottmar@gmail.com"]],
  ])("%s", (text, expected) => {
    expect(heardOf("email", text)).toEqual(expected);
  });

  test.each([
    ["q at quillworks dot example", ["q@quillworks.example"]],
    ["lena . okoro @ gmail . com", ["lena.okoro@gmail.com"]],
    ["is lena@quill.example alright?", ["lena@quill.example"]],
    ["would that do? does lena@quill.example work?", ["lena@quill.example"]],
  ])("asked for: %s", (text, expected) => {
    expect(heardOf("email", text, { asked: "email" })).toEqual(expected);
  });
});

describe("sentences that only sound like addresses hold none", () => {
  test.each([
    "the class at 12.00",
    "meet me at work dot",
    "we ordered at amazon.com",
    "I bought it at amazon dot com",
    "see https://chat.example/@bob and https://bob@git.example/x",
    "thanks @mike",
    "3 @ 5 dollars",
  ])("%s", (text) => {
    expect(heardOf("email", text)).toEqual([]);
  });
});

describe("an address that is not the customer's own is heard and not taken", () => {
  test.each([
    ["I wrote to support@acme.example and nobody answered", ["recipient: support@acme.example"]],
    ["I got an email from billing@acme.example", ["recipient: billing@acme.example"]],
    ["info@acme.example never replies", ["recipient: info@acme.example"]],
    ["my colleague's is bob@work.example", ["someone_else: bob@work.example"]],
    ["bob@work.example is my neighbour's", ["someone_else: bob@work.example"]],
    ["his email is bob@work.example", ["someone_else: bob@work.example"]],
    ["send it to my wife at anna@home.example", ["someone_else: anna@home.example"]],
    ["not bob@home.example", ["negated: bob@home.example"]],
    ["bob@home.example is not my email", ["negated: bob@home.example"]],
    ["is it bob@work.example?", ["in_question: bob@work.example"]],
    ["do you have mike@gmail.com?", ["in_question: mike@gmail.com"]],
  ])("%s", (text, expected) => {
    expect(heardOf("email", text)).toEqual(expected);
  });
});

describe("of several addresses one is taken", () => {
  test.each([
    ["sorry, it's bob@work.example, not bob@home.example", ["bob@work.example", "negated: bob@home.example"]],
    ["it's a@x.example, sorry, I mean b@x.example", ["superseded: a@x.example", "b@x.example"]],
    ["email me at a@x.example or b@x.example", ["a@x.example", "superseded: b@x.example"]],
    ["my old email was a@x.example, the new one is b@x.example", ["negated: a@x.example", "b@x.example"]],
    ["a@x.example was my previous address, it's b@x.example now", ["negated: a@x.example", "b@x.example"]],
    ["a@x.example is my old one, b@x.example is current", ["negated: a@x.example", "b@x.example"]],
    ["a@x.example no longer works, use b@x.example", ["negated: a@x.example", "b@x.example"]],
    ["could you switch it from a@x.example to b@x.example", ["negated: a@x.example", "b@x.example"]],
    ["I don't have access to a@x.example, use b@x.example", ["negated: a@x.example", "b@x.example"]],
    ["a@x.example -> b@x.example", ["negated: a@x.example", "b@x.example"]],
    ["it was a@x.example but now b@x.example", ["superseded: a@x.example", "b@x.example"]],
    ["a@x.example (old), b@x.example (new)", ["negated: a@x.example", "b@x.example"]],
    ["my old address, a@x.example, is closed", ["negated: a@x.example"]],
  ])("%s", (text, expected) => {
    expect(heardOf("email", text)).toEqual(expected);
  });
});

describe("a failed attempt is an attempt", () => {
  test.each([
    ["mike@gmail", ["incomplete: mike@gmail"]],
    ["mike@", ["incomplete: mike@"]],
    ["mike at gmail", ["incomplete: mike at gmail"]],
    ["mike @ gmail", ["incomplete: mike @ gmail"]],
    ["lena@gmail..com", ["malformed: lena@gmail..com"]],
    ["lena nineteen eighty at gmail dot com", ["incomplete: eighty@gmail.com"]],
    ["mike gmail.com", ["malformed: mike gmail.com"]],
    ["josé@work.example", ["malformed: josé@work.example"]],
    ["bob@1.2.3.4", ["malformed: bob@1.2.3.4"]],
    ["no thanks", []],
    ["my gmail is broken", []],
    ["I shop at amazon.com", []],
  ])("%s", (text, expected) => {
    expect(heardOf("email", text, { asked: "email" })).toEqual(expected);
  });
});

test("a likely slip in the domain comes with a suggestion and is taken as typed", () => {
  const [finding] = hear("my email is Bob@gmial.com");
  expect(finding).toMatchObject({
    value: "bob@gmial.com",
    suggestion: "bob@gmail.com",
    status: "accepted",
    raw: "Bob@gmial.com",
  });
});
