import RiveScript from "rivescript";
import type { Contender } from "./measure.ts";
import type { Part, PlainRule } from "./plain-shapes.ts";

const EVERY = 20; // it makes its regular expressions anew for every message: 10 to 15 ms

/** RiveScript with a trigger for each trigger of the rules, without their gaps, which make it slower still. Version 1:
 *  version 2 lists its build tools, 400 packages, as what it needs, and answers asynchronously. */
export function riveScriptContender(rules: readonly PlainRule[]): Contender {
  const bot = new RiveScript();
  const seen = new Set<string>();
  for (const { name, shapes } of rules) {
    for (const shape of shapes) {
      const trigger = triggerOf(shape);
      if (seen.has(trigger)) continue; // it warns about a trigger that two topics share
      seen.add(trigger);
      bot.stream(`+ ${trigger}\n- ${name}\n`, fail);
    }
  }
  bot.stream("+ *\n- none\n", fail);
  bot.sortReplies();
  return {
    name: `rivescript (every ${EVERY}th message)`,
    every: EVERY,
    kind: "sync",
    hear: ({ text }) => bot.reply("customer", text),
  };
}

function fail(why: string): void {
  throw new Error(why);
}

/** `[*] (send|give) [me|us] (menu) [*]`. */
function triggerOf(shape: readonly Part[]): string {
  const parts = shape.flatMap((part) => {
    if (part.kind === "gap") return [];
    const phrases = part.phrases.map((phrase) => phrase.replaceAll(/[^a-z0-9 ]/g, "")).join("|");
    return part.optional ? [`[${phrases}]`] : [`(${phrases})`];
  });
  return ["[*]", ...parts, "[*]"].join(" ");
}
