import { createRequire } from "node:module";
import type { Contender } from "./measure.ts";
import type { Part, PlainRule } from "./plain-shapes.ts";

const PATTERNS_MAX = 512; // of one trigger: beyond this winkNLP warns that it gets slow
const NAME_CUES = ["my name is PROPN", "this is PROPN", "i am PROPN", "call me PROPN", "PROPN here"];

/**
 * winkNLP with the rules as custom entities, read out with its own entities (emails, times, amounts …), in two settings:
 * with no more of its pipe than that needs, and with all of it, where parts of speech find names behind cues as well.
 * Gaps are left out of the patterns, `except` does not exist, and phones and names of the first setting are not looked
 * for: what it does is less than what it is compared with.
 */
export function winkContenders(rules: readonly PlainRule[]): readonly [Contender, Contender] {
  return [
    contender("winkNLP, the pipe it needs", rules, ["ner", "cer"], []),
    contender("winkNLP, all of its pipe", rules, undefined, NAME_CUES),
  ];
}

/** Two instances that learn entities spoil each other's, so each has its own copy of the library. */
function loadWink() {
  const require = createRequire(import.meta.url);
  for (const file of Object.keys(require.cache)) if (file.includes("wink-")) delete require.cache[file];
  // A proven edge: what `import` would give, types and all.
  const winkNLP = require("wink-nlp") as typeof import("wink-nlp").default;
  const model = require("wink-eng-lite-web-model") as typeof import("wink-eng-lite-web-model").default;
  return { winkNLP, model };
}

function contender(
  name: string,
  rules: readonly PlainRule[],
  pipe: string[] | undefined,
  names: string[],
): Contender {
  const { winkNLP, model } = loadWink();
  const nlp = pipe === undefined ? winkNLP(model) : winkNLP(model, pipe);
  const entities = rules.map(({ name, shapes }) => ({ name, patterns: shapes.flatMap(patternsOf) }));
  const all = names.length === 0 ? entities : [...entities, { name: "name", patterns: names }];
  nlp.learnCustomEntities(
    all.filter(({ patterns }) => patterns.length > 0),
    { matchValue: false, usePOS: names.length > 0, useEntity: false },
  );
  const { detail } = nlp.its;
  return {
    name,
    kind: "sync",
    hear: ({ text }) => {
      const doc = nlp.readDoc(text);
      return [doc.customEntities().out(detail), doc.entities().out(detail)];
    },
  };
}

/** `send menu`, `send me menu`, `give menu` …: winkNLP's own notation for choices takes exponential time to read when
 *  there are many, and comes to the same. None for a trigger of too many variants. */
function patternsOf(shape: readonly Part[]): string[] {
  const parts = shape.flatMap((part) =>
    part.kind === "gap" ? [] : [[...(part.optional ? [""] : []), ...part.phrases]],
  );
  if (parts.reduce((size, choices) => size * choices.length, 1) > PATTERNS_MAX) return [];
  return parts
    .reduce((begun, choices) => begun.flatMap((words) => choices.map((choice) => `${words} ${choice}`)), [""])
    .map((pattern) => pattern.trim());
}
