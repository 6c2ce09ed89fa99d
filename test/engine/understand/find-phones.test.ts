import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hear, heardOf, type Heard } from "./hear.ts";

type Case = readonly [text: string, heard: Heard, expected: string];

describe("numbers are taken as E.164", () => {
  test.each<Case>([
    ["0412 345 678", { region: "AU" }, "+61412345678"],
    ["0412-345-678, thanks", { region: "AU", asked: "phone" }, "+61412345678"],
    ["call me on +61 412 345 678", {}, "+61412345678"],
    ["(415) 555-2671 ext 12", { region: "US" }, "+14155552671"],
    ["+44 (0)161 496 0000", {}, "+441614960000"],
    ["0044 (0)161 496 0000", {}, "+441614960000"],
    ["00 44 161 496 0000", { region: "US" }, "+441614960000"],
    ["971 50 123 4567", { region: "US", asked: "phone" }, "+971501234567"],
    ["5pm 0412 345 678", { region: "AU" }, "+61412345678"],
    ["0412345678 is my number", { region: "AU" }, "+61412345678"],
    ["my number is0412345678", { region: "AU" }, "+61412345678"],
    ["thanks for your help, my number is 0412 345 678", { region: "AU" }, "+61412345678"],
    ["+86 139 0000 0008", {}, "+8613900000008"],
    ["order#3319 0412345678", { region: "AU" }, "+61412345678"],
    ["1.4155552671", { region: "US", asked: "phone" }, "+14155552671"],
    ["0412,345,678", { region: "AU", asked: "phone" }, "+61412345678"],
    ["it's 0412_345_678", { region: "AU", asked: "phone" }, "+61412345678"],
    ["https://wa.me/61412345678", { asked: "phone" }, "+61412345678"],
    ["my number is 04\u200b12 345\u2060 678", { region: "AU" }, "+61412345678"],
    ["I'm texting from 0412 345 678", { region: "AU" }, "+61412345678"],
    ["instead use 0412 345 678", { region: "AU" }, "+61412345678"],
  ])("%s", (text, heard, expected) => {
    expect(heardOf("phone", text, heard)).toEqual([expected]);
  });
});

test.each([
  "０４１２ ３４５ ６７８",
  "٠٤١٢٣٤٥٦٧٨",
  "۰۴۱۲ ۳۴۵ ۶۷۸",
  "०४१२ ३४५ ६७८",
  "๐๔๑๒-๓๔๕-๖๗๘",
  "我的电话是0412345678",
  "เบอร์โทร ๐๔๑๒๓๔๕๖๗๘ ค่ะ",
])("%s is heard in whatever digits it is written", (text) => {
  expect(heardOf("phone", text, { region: "AU" })).toEqual(["+61412345678"]);
});

test.each([
  "oh four one two three four five six seven eight",
  "zero four one two, three four five, six seven eight",
  "it's zero-four-one-two-three-four-five-six-seven-eight",
  "zero four one two 345 678",
  "plus six one four one two three four five six seven eight",
])("%s is a number said digit by digit", (text) => {
  expect(heardOf("phone", text, { region: "AU", asked: "phone" })).toEqual(["+61412345678"]);
});

test("double and triple repeat the digit that follows", () => {
  expect(heardOf("phone", "nine eight double four oh, triple one two", { asked: "phone" })).toEqual([
    "unvalidated: 984401112",
  ]);
  expect(heardOf("phone", "one two three, let's go", { asked: "phone" })).toEqual([]);
});

describe("a number is heard beside other digits", () => {
  test.each<Case>([
    ["postcode 2000, 0412 345 678", { region: "AU" }, "+61412345678"],
    ["postcode 2000 0412 345 678", { region: "AU", asked: "phone" }, "+61412345678"],
    ["12 May Street 2000 0412 345 678", { region: "AU" }, "+61412345678"],
    ["0412 345 678 on 31/05/2024 at 12:30", { region: "AU" }, "+61412345678"],
    ["0412 345 678, the deposit was $1,200.50", { region: "AU" }, "+61412345678"],
    ["call 0412 345 678 between 9 and 5", { region: "AU" }, "+61412345678"],
  ])("%s", (text, heard, expected) => {
    expect(heardOf("phone", text, heard)).toEqual([expected]);
  });

  test("the policy's number is told from the phone's", () => {
    expect(heardOf("phone", "policy 88120045 and my phone is 0412 345 678", { region: "AU" })).toEqual([
      "not_a_phone: 88120045",
      "+61412345678",
    ]);
    expect(heardOf("phone", "card 4111 1111 1111 1111, mobile 0412 345 678", { region: "AU" })).toEqual([
      "not_a_phone: 4111111111111111",
      "+61412345678",
    ]);
  });
});

describe("other digits are no phone", () => {
  test.each([
    ["my order 123456789 is late", {}, ["not_a_phone: 123456789"]],
    ["ref 4155552671", {}, ["not_a_phone: 4155552671"]],
    ["order #4155552671", {}, ["not_a_phone: 4155552671"]],
    ["policy number 415 555 2671", { asked: "phone" }, ["not_a_phone: 4155552671"]],
    ["card 4111 1111 1111 1111", { asked: "phone" }, ["not_a_phone: 4111111111111111"]],
    ["4111 1111 1111 1111", { asked: "phone" }, ["not_a_phone: 4111111111111111"]],
    ["0000 000 000", { asked: "phone" }, ["not_a_phone: 0000000000"]],
    ["12 05 1984", { asked: "phone" }, ["not_a_phone: 12051984"]],
    ["2.7182818284", { asked: "phone" }, ["not_a_phone: 27182818284"]],
    ["order 331 415 555 2671", { asked: "phone" }, ["not_a_phone: 3314155552671"]],
    ["on 12/05/2024 at 10:30", { asked: "phone" }, []],
    ["a table for 2 at 8", { asked: "phone" }, []],
    ["item A41555526714", {}, []],
    ["https://shop.example/4155552671", {}, []],
    ["078-05-1120", {}, ["not_a_phone: 078051120"]],
    ["it is 3.1415926535", {}, ["not_a_phone: 31415926535"]],
    ["the server 192.168.100.200 is down", {}, ["not_a_phone: 192168100200"]],
    ["I paid 1,234,567,890 for it", {}, []],
    ["please contact me about 99912345", {}, ["not_a_phone: 99912345"]],
    ["I ordered a lamp, the number is 99912345", {}, ["not_a_phone: 99912345"]],
    ["where is 9999912345?", {}, ["not_a_phone: 9999912345"]],
    ["my booking is under Priya, 9999912345", {}, ["not_a_phone: 9999912345"]],
    ["9999912345", { previous: "What is your order number?" }, ["not_a_phone: 9999912345"]],
    ["the number is 4155552671", { previous: "Please give me your PNR." }, ["not_a_phone: 4155552671"]],
  ])("%s", (text, heard, expected) => {
    expect(heardOf("phone", text, { region: "US", ...heard })).toEqual(expected);
  });

  test.each([
    ["policy number 415 555 2671", "policy"],
    ["4155552671 is my account", "account"],
    ["4111 1111 1111 1111", "card number"],
    ["078-05-1120", "social security number"],
  ])("%s names the word or shape that says so", (text, because) => {
    expect(hear(text, { region: "US" })).toMatchObject([
      { status: "rejected", reason: "not_a_phone", because },
    ]);
  });
});

describe("a number that cannot be validated is heard, and marked", () => {
  test.each<Case>([
    ["1234567890", { region: "US", asked: "phone" }, "1234567890"],
    ["my number is 0412 345 678", {}, "0412345678"],
    ["0412 345 67", { region: "AU", asked: "phone" }, "041234567"],
    ["call me on 555 0188", {}, "5550188"],
    ["+99 123 456 789", {}, "+99123456789"],
    ["priya and 9999912345", {}, "9999912345"],
    ["sure 999 991 2345", {}, "9999912345"],
    ["9999912345", {}, "9999912345"],
    ["12 Hill Road Salem 9999912345", {}, "9999912345"],
    ["at (099) 991-2345 please", {}, "0999912345"],
    ["my phone: 9999912345 x42", {}, "9999912345"],
  ])("%s", (text, heard, expected) => {
    expect(heardOf("phone", text, heard)).toEqual([`unvalidated: ${expected}`]);
  });

  test("the reason is the region, or that there is none", () => {
    const text = "my number is 1234567890";
    expect(hear(text, { region: "US" })).toMatchObject([{ reason: "invalid_for_region" }]);
    expect(hear(text)).toMatchObject([{ reason: "ambiguous", extractor: "phone/spoken_of" }]);
  });

  test("of several, one that is valid stands, and otherwise the first", () => {
    expect(heardOf("phone", "my number is 0412 345 67 or 0413 345 678", { region: "AU" })).toEqual([
      "superseded: 041234567",
      "+61413345678",
    ]);
    expect(heardOf("phone", "9999912345 9999954321", { asked: "phone" })).toEqual([
      "unvalidated: 9999912345",
      "superseded: 9999954321",
    ]);
  });
});

describe("a number that cannot be taken says why", () => {
  test.each([
    ["0412", { region: "AU", asked: "phone" }, ["incomplete: 0412"]],
    ["0412 345", { region: "AU", asked: "phone" }, ["incomplete: 0412345"]],
    ["call my wife on 0412 345 678", { region: "AU" }, ["someone_else: +61412345678"]],
    ["0412 345 678 is my wife's number", { region: "AU" }, ["someone_else: +61412345678"]],
    ["my son's number is 0412 345 678", { region: "AU" }, ["someone_else: +61412345678"]],
    ["I called 0412 345 678 twice", { region: "AU" }, ["recipient: +61412345678"]],
    ["you called me from 0412 345 678", { region: "AU" }, ["recipient: +61412345678"]],
    ["you called me on 0412 345 678", { region: "AU" }, ["+61412345678"]],
    ["0412-345-678/0413-345-678", { region: "AU" }, ["+61412345678", "superseded: +61413345678"]],
    ["sorry, wrong number, 0412 345 678", { region: "AU" }, ["+61412345678"]],
    ["0412 345 678 is not my number", { region: "AU" }, ["negated: +61412345678"]],
    ["my old number was 0412 345 678", { region: "AU" }, ["negated: +61412345678"]],
    ["not 0412 345 678, it's 0413 345 678", { region: "AU" }, ["negated: +61412345678", "+61413345678"]],
    [
      "0412 345 678, sorry, I mean 0413 345 678",
      { region: "AU" },
      ["superseded: +61412345678", "+61413345678"],
    ],
  ])("%s", (text, heard, expected) => {
    expect(heardOf("phone", text, heard)).toEqual(expected);
  });
});

describe("a former number is not the customer's", () => {
  test.each([
    "0412 345 678 was my old number, now 0413 345 678",
    "0412 345 678 is the previous one, 0413 345 678 is my new one",
    "0412 345 678 is wrong, it's 0413 345 678",
    "0412 345 678 no longer works, use 0413 345 678",
    "0412 345 678 has been disconnected, please call 0413 345 678",
    "0412 345 678 doesn't work anymore, try 0413 345 678",
    "0412 345 678 used to be mine, it's 0413 345 678",
    "forget my number 0412 345 678, use 0413 345 678",
    "I no longer have 0412 345 678, it's 0413 345 678",
    "don't call me on 0412 345 678 but on 0413 345 678",
    "0412 345 678 -> 0413 345 678",
    "0412 345 678 (old), 0413 345 678 (new)",
    "please change 0412 345 678 to 0413 345 678",
    "my old number is 0412 345 678 and my new one 0413 345 678",
  ])("%s", (text) => {
    expect(heardOf("phone", text, { region: "AU" })).toEqual(["negated: +61412345678", "+61413345678"]);
  });
});

test.each([
  ["we got a call from 0412 345 678", "recipient"],
  ["who is 0412 345 678?", "someone_else"],
  ["0412 345 678 rang me", "someone_else"],
  ["0412 345 678 has been texting us", "someone_else"],
  ["the electrician is on 0412 345 678", "someone_else"],
  ["is this one yours: 0412 345 678", "someone_else"],
  ["0412 345 678 is my landlord's mobile", "someone_else"],
])("%s is another's number", (text, reason) => {
  expect(heardOf("phone", text, { region: "AU" })).toEqual([`${reason}: +61412345678`]);
});

test.each([
  "do not hesitate to call 0412 345 678",
  "0412 345 678 call me",
  "0412 345 678, you called me",
  "the best number is on 0412 345 678",
])("%s is the customer's", (text) => {
  expect(heardOf("phone", text, { region: "AU" })).toEqual(["+61412345678"]);
});

test("a number is echoed as typed, and an unknown region takes international numbers only", () => {
  const [finding] = hear("it's +61 412-345-678!", { region: "ZZ" });
  expect(finding).toMatchObject({
    raw: "+61 412-345-678",
    value: "+61412345678",
    extractor: "phone/international",
  });
});

test("an extension is read with its number, and is no part of the value", () => {
  const finding = hear("call me on (415) 555-2671 ext. 12 please", { region: "US" }).find(
    ({ field }) => field === "phone",
  );
  expect(finding).toMatchObject({ raw: "(415) 555-2671 ext. 12", value: "+14155552671" });
});

test("law: ten digits of any grouping are found whole when a phone was asked for, and read as nothing else", () => {
  const digits = fc.stringMatching(/^[1-9]\d{9}$/);
  const cut = fc.integer({ min: 2, max: 5 });
  fc.assert(
    fc.property(digits, cut, fc.constantFrom(" ", "-", ".", " - "), (number, at, gap) => {
      const text = [number.slice(0, at), number.slice(at, 7), number.slice(7)].filter((part) => part !== "");
      expect(heardOf("phone", text.join(gap), { asked: "phone" })).toEqual([`unvalidated: ${number}`]);
    }),
  );
});
