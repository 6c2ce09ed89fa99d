import { describe, expect, test } from "vitest";
import { heardOf, takenOf } from "./hear.ts";

describe("people say their name", () => {
  test.each([
    ["Hi, it's Mike here", "Mike"],
    ["Hi, Mike here. I'd like to book", "Mike"],
    ["dorotea quill here, I have a booking", "Dorotea Quill"],
    ["im petronel", "Petronel"],
    ["that is not my name, i'm lindqvist", "Lindqvist"],
    ["my colleague priya got promoted. My name is Omar", "Omar"],
    ["this is Mike, can you help?", "Mike"],
    ["it's lena speaking", "Lena"],
    ["I am Jean-Luc van der Berg, hello", "Jean-Luc van der Berg"],
    ["my name's o'brien", "O'Brien"],
    ["My name is Dr. Lena Okoro", "Lena Okoro"],
    ["Mr Okoro here", "Mr Okoro"],
    ["call me Vasko", "Vasko"],
    ["please call me Dr Okoro", "Dr Okoro"],
    ["Vasko from Brightwater here, about the invoice", "Vasko"],
    ["Lena, lena@quill.example", "Lena"],
    ["vasko, vasko.lind@quill.example", "Vasko"],
    ["My name is\u200b Ottilie", "Ottilie"],
    ["my name is Zoe\u0308", "Zo\u00eb"],
    ["book it under vasko", "Vasko"],
    ["its under vasko", "Vasko"],
    ["a reservation for Lena Okoro tonight", "Lena Okoro"],
    ["First name Lena, last name Okoro", "Lena Okoro"],
    ["Name: LENA OKORO", "Lena Okoro"],
    ["rajan 440912", "Rajan"],
    ["asha and 9840012345", "Asha"],
    ["See you then.\nThanks, Mike", "Mike"],
    ["All good.\n- Mike", "Mike"],
  ])("%s", (text, expected) => {
    expect(heardOf("name", text)).toEqual([expected]);
  });
});

describe("people answer with their name", () => {
  test.each([
    ["mike", "Mike"],
    ["sure, lena okoro", "Lena Okoro"],
    ["Tess. The viewing is Saturday", "Tess"],
    ["Lena, not that it matters", "Lena"],
    ["John, why do you need it?", "John"],
    ["Rose", "Rose"],
    ["สมชาย ใจดี", "สมชาย ใจดี"],
    ["山田太郎", "山田太郎"],
    ["Nguyễn Văn An", "Nguyễn Văn An"],
    ["أحمد علي", "أحمد علي"],
  ])("%s", (text, expected) => {
    expect(heardOf("name", text, { asked: "name" })).toEqual([expected]);
  });
});

describe("ordinary words are no name", () => {
  test.each([
    "this is ridiculous",
    "this is the third time I ask, your service is a joke",
    "I'm looking for a sofa",
    "I'm a beginner",
    "I'm vegan",
    "i'm frustrated with this",
    "I'm in London",
    "something under $300",
    "put it under my name",
    "call me back later",
    "call me Thursday",
    "im peckish",
    "im gtg",
    "name: tba",
    "thanks Tom, lena@quill.example",
    "none of your business",
    "I told you Friday!",
    "can we do 8 instead",
    "this is Amazon calling",
    "Hey, it's Monday already",
    "I'm Mike's wife",
    "is this Mike?",
    "Thanks Sarah",
  ])("%s", (text) => {
    expect(takenOf("name", text)).toBeNull();
  });

  test.each([
    "none of your business",
    "I told you Friday!",
    "can we do 8 instead",
    "what do you need it for",
    "I'd rather not say",
  ])("asked for the name: %s", (text) => {
    expect(takenOf("name", text, { asked: "name" })).toBeNull();
  });
});

describe("a name that is not the customer's own is heard and not taken", () => {
  test.each([
    ["her name is Anna", {}, ["someone_else: Anna"]],
    ["my wife's name is Anna", {}, ["someone_else: Anna"]],
    ["Mike? why?", { asked: "name" }, ["in_question: Mike"]],
    ["Friday", { asked: "name" }, ["not_a_name: Friday"]],
    ["Thanks, Sarah", { previous: "Hi, I'm Sarah from support. How can I help?" }, ["agent_name: Sarah"]],
    ["mike at gmail dot com", { asked: "name" }, ["not_a_name: Mike"]],
    ["what's up", { asked: "name" }, ["not_a_name: What's"]],
    ["this is Amazon calling", {}, ["not_a_name: Amazon"]],
    ["not lisa, liza", {}, ["negated: Lisa", "Liza"]],
    ["it's Dr Amara Nwosu", { previous: "Who is your doctor?" }, ["someone_else: Amara Nwosu"]],
    ["I'm Tom. Sorry, I mean, my name is Tim", {}, ["superseded: Tom", "Tim"]],
    ["My name is Katrin, sorry Catrin", {}, ["superseded: Katrin", "Catrin"]],
    ["I'm Lena, sorry Tom, I missed that", {}, ["Lena"]],
    ["My name is Leontine, but please call me Leo", {}, ["superseded: Leontine", "Leo"]],
    ["My name is Leontine, my friends call me Leo", {}, ["Leontine", "superseded: Leo"]],
  ])("%s", (text, heard, expected) => {
    expect(heardOf("name", text, heard)).toEqual(expected);
  });
});

test.each([
  ["call me pls", {}],
  ["my name is on the list", {}],
  ["can we do 8 instead", { asked: "name" }],
  ["I want to move my booking", { asked: "name" }],
])("%s holds no word that might be a name, and none is noted", (text, heard) => {
  expect(heardOf("name", text, heard)).toEqual([]);
});

test("a refusal is not read as a name", () => {
  expect(heardOf("name", "nope nope", { asked: "name", signals: ["refusal"] })).toEqual([]);
});
