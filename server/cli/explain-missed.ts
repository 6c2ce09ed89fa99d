import type { Lack, RulePack } from "../../engine/rules/pack.ts";
import type { Understanding } from "../../engine/understand/understanding.ts";

const TRIGGER_CHARS_MAX = 80; // to know it by; file and line are given
const NEAR_MISSES_MAX = 5; // more would be a list of the pack
const WORDS_SHOWN_MAX = 8; // of a long list of choices; the file has the rest

/** Says in plain lines what a message did not lead to, and what decided that: rules that an exception silenced, rules that
 *  came near, and fields in which nothing was found. Signals only when a field was asked for, which is when they count.
 *  With `only`, nothing but what concerns that rule. */
export function explainMissed(
  pack: RulePack,
  text: string,
  understanding: Understanding,
  { asked, only }: { readonly asked: boolean; readonly only?: string | undefined },
): readonly string[] {
  const heard = new Set([...understanding.intents, ...understanding.signals].map(({ intent }) => intent));
  const intents = pack.intents.filter(({ requests }) => requests.length > 0).map(({ intent }) => intent);
  const wanted = (rule: string): boolean =>
    !heard.has(rule) &&
    (only === undefined ? asked || pack.intents.some(({ intent }) => intent === rule) : rule === only);
  const silenced = firstOfEach(pack.matcher.match(text).cancelled.filter(({ rule }) => wanted(rule)));
  const told = new Set(silenced.map(({ rule }) => rule));
  const near = pack.matcher
    .nearMisses(text)
    .filter(({ rule }) => wanted(rule) && !told.has(rule))
    .slice(0, NEAR_MISSES_MAX);
  for (const { rule } of near) told.add(rule);
  const far = (only === undefined ? intents : [only]).filter((rule) => wanted(rule) && !told.has(rule));
  const found = new Set(understanding.findings.map(({ field }) => field));
  const fields = only === undefined ? pack.fields.filter(({ field }) => !found.has(field)) : [];
  return [
    ...silenced.map(
      ({ rule, at, start, end, by }) =>
        `not ${rule}: "${text.slice(start, end)}" matches ${at}, but "${text.slice(by.start, by.end)}" is an exception (${by.at})`,
    ),
    ...near.map(
      ({ rule, trigger, at, lack }) =>
        `not ${rule}: nearest is ${at} \`${shortened(trigger)}\`; ${whatLacks(lack)}`,
    ),
    ...far.map((rule) => `not ${rule}: none of its triggers comes near`),
    ...fields.map(({ field, extractor }) => `no ${field}: ${NOTHING_FOUND[extractor.kind]}`),
  ];
}

function firstOfEach<One extends { readonly rule: string }>(all: readonly One[]): readonly One[] {
  return all.filter(({ rule }, index) => all.findIndex((other) => other.rule === rule) === index);
}

function shortened(trigger: string): string {
  return trigger.length > TRIGGER_CHARS_MAX ? `${trigger.slice(0, TRIGGER_CHARS_MAX)}…` : trigger;
}

function whatLacks(lack: Lack): string {
  switch (lack.kind) {
    case "words": {
      const shown = lack.words.slice(0, WORDS_SHOWN_MAX).join(", ");
      const more = lack.words.length > WORDS_SHOWN_MAX ? " …" : "";
      return `it wants ${lack.words.length > 1 ? "one of " : ""}${shown}${more} as well`;
    }
    case "place":
      return "it is said, but other words stand before or behind it, where it must begin or end";
    case "exclusion":
      return "it is said, but for a word that it rules out with !";
    case "order":
      return "its words are not all said together in that order";
    default:
      return lack satisfies never;
  }
}

const NOTHING_FOUND = {
  name: "no cue for one (“my name is …”, “… here”), and no name where an answer would stand",
  email: "no @, and no address in words (“… at … dot …”)",
  phone: "no digits that are as many as a phone number has",
  pattern: "its pattern is nowhere in the text",
} as const;
