import type { RulePack } from "../../../engine/rules/pack.ts";
import { packOf } from "../../support/packs.ts";

const fields = `
language: en
limits: { attempts_max: 2, cool_off_days: 30 }
fields:
${["name", "email", "phone"]
  .map(
    (field) => `  - field: ${field}
    title: ${field}
    extractor: ${field}
    required: true
    mentions: [my ${field}, your ${field}]
    ask: [Which ${field} one?, Which ${field} two?]
    invalid: [That ${field} is not whole?]
    why: ${field} is for the team.
    thanks: ["Noted {${field}}."]
    corrected: ["Changed to {${field}}."]${field === "phone" ? '\n    unvalidated: "Noted {phone}. Is that whole?"' : ""}`,
  )
  .join("\n")}`;

const wordings = `
wordings:
  fall_back: [Somebody will read this., Somebody will read this too.]
  passed_on: [Passed on.]
  refused: [No problem.]
  let_go: [Never mind then.]
  waiting: [Take your time.]
  confirm: ["Did you mean {suggestion}?"]
  thanks_all: ["Noted {details}."]`;

const rule = (head: string, triggers: string, rest = "") => `${head}
title: A rule of the policy's tests
language: en
triggers: [${triggers}]
${rest}
examples: { matches: [], ignores: [] }`;

const files: Readonly<Record<string, string>> = {
  "fields.yaml": fields,
  "wordings.yaml": wordings,
  "book.yaml": rule(
    "intent: book",
    "book a table",
    "priority: 500\nrequests: [name, phone]\nreplies: [Gladly.]\ndone: ['All noted, {name}.']",
  ),
  "send.yaml": rule(
    "intent: send",
    "send me the list",
    "priority: 600\nrequests: [email]\nask: {email: [Where to?, Where exactly?]}",
  ),
  "angry.yaml": rule(
    "intent: angry",
    "your service is a joke",
    "priority: 900\nhold: true\nreplies: [I am sorry.]",
  ),
  "hours.yaml": rule("intent: hours", "opening hours", "priority: 400\nreplies: [We open at nine.]"),
  "greeting.yaml": rule(
    "intent: greeting",
    "^(hi|hello)",
    "priority: 100\nreplies: ['Hello {name}!', Hello! How can I help?]",
  ),
  "refusal.yaml": rule("signal: refusal", "rather not"),
  "correction.yaml": rule("signal: correction", "actually, typo"),
  "question.yaml": rule("signal: question", "{regex: '[?]'}"),
  "why.yaml": rule("signal: why_we_ask", "why do you need"),
  "yes.yaml": rule("signal: 'yes'", "^yes, sorry typo"),
  "no.yaml": rule("signal: 'no'", "^no"),
  "wait.yaml": rule("signal: wait", "one moment"),
  "request.yaml": rule("signal: request", "please give"),
};

/** A pack of few words, so that every line of the policy can be reached with a sentence that says so. */
export function smallPack(): RulePack {
  return packOf(Object.entries(files).map(([path, text]) => ({ path, text })));
}
