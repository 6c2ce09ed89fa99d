import type { RulePack } from "../../engine/rules/pack.ts";
import type { Understanding } from "../../engine/understand/understanding.ts";

const TRIGGER_CHARS_MAX = 80; // to know it by; file and line are given
const WORDS_SHOWN_MAX = 8; // of a long list of choices; the file has the rest

/** Says in plain lines what a message did not lead to, and what decided that: rules that an exception silenced, rules that
 *  came near, and fields in which nothing was found. */
export function explainMissed(pack: RulePack, text: string, understanding: Understanding): readonly string[] {
  const heard = new Set([...understanding.intents, ...understanding.signals].map(({ intent }) => intent));
  const silenced = pack.matcher.match(text).cancelled.filter(({ rule }) => !heard.has(rule));
  const first = silenced.filter(
    ({ rule }, index) => silenced.findIndex((other) => other.rule === rule) === index,
  );
  const near = pack.matcher
    .nearMisses(text)
    .filter(({ rule }) => !heard.has(rule) && first.every((other) => other.rule !== rule));
  const named = new Set([...heard, ...first.map(({ rule }) => rule), ...near.map(({ rule }) => rule)]);
  const far = pack.intents.filter(({ intent, requests }) => requests.length > 0 && !named.has(intent));
  const found = new Set(understanding.findings.map(({ field }) => field));
  return [
    ...first.map(
      ({ rule, at, start, end, by }) =>
        `not ${rule}: "${text.slice(start, end)}" matches ${at}, but "${text.slice(by.start, by.end)}" is an exception (${by.at})`,
    ),
    ...near.map(
      ({ rule, trigger, at, missing }) =>
        `not ${rule}: nearest is ${at} \`${shortened(trigger)}\`; ${whatLacks(missing)}`,
    ),
    ...far.map(({ intent }) => `not ${intent}: none of its triggers comes near`),
    ...pack.fields
      .filter(({ field }) => !found.has(field))
      .map(({ field, extractor }) => `no ${field}: ${NOTHING_FOUND[extractor.kind]}`),
  ];
}

function shortened(trigger: string): string {
  return trigger.length > TRIGGER_CHARS_MAX ? `${trigger.slice(0, TRIGGER_CHARS_MAX)}…` : trigger;
}

function whatLacks(missing: readonly string[]): string {
  if (missing.length === 0) return "its words are said, but not in that order or place";
  const shown = missing.slice(0, WORDS_SHOWN_MAX).join(", ");
  return `it wants ${missing.length > 1 ? "one of " : ""}${shown}${missing.length > WORDS_SHOWN_MAX ? " …" : ""} as well`;
}

const NOTHING_FOUND = {
  name: "no cue for one (“my name is …”, “… here”), and no words where an answer would stand",
  email: "no @, and no address in words (“… at … dot …”)",
  phone: "no digits that are as many as a phone number has",
  pattern: "its pattern is nowhere in the text",
} as const;
