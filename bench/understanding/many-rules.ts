import type { RuleFile } from "../../engine/rules/pack.ts";
import { TRADES, type Trade } from "./trades.ts";
import { WISHES, type Wish } from "./wishes.ts";

const PRIORITY_MAX = 1_000;
const RULE = /^(?:intent|signal):/m;
const PRIORITY = /^priority: (\d+)$/m;

/**
 * The files of a pack, and so many more that it has `count` rules (files of intents and signals) in all: the wishes
 * that customers have, for trades from plumber to toy shop. The same ones every time.
 */
export function manyRules(files: readonly RuleFile[], count: number): readonly RuleFile[] {
  const missing = count - files.filter(({ text }) => RULE.test(text)).length;
  const taken = new Set(files.map(({ text }) => Number(PRIORITY.exec(text)?.[1] ?? 0)));
  const free = Array.from({ length: PRIORITY_MAX }, (_, index) => index + 1).filter(
    (number) => !taken.has(number),
  );
  const more = TRADES.flatMap((trade) => WISHES.map((wish) => ({ trade, wish })));
  if (missing > more.length) throw new Error(`there are ${more.length} more rules to be had, not ${missing}`);
  return [
    ...files,
    ...more.slice(0, missing).map(({ trade, wish }, index) => ruleFile(trade, wish, free[index] ?? 0)),
  ];
}

function ruleFile({ trade, things }: Trade, wish: Wish, priority: number): RuleFile {
  const group = `(${things.flatMap(({ one, many }) => [one, many]).join("|")})`;
  const trigger = (written: string) => written.replaceAll("{T}", group);
  const example = (written: string, index: number) => {
    const { one, many } = things[index % things.length] ?? { one: "", many: "" };
    return written.replaceAll("{one}", one).replaceAll("{many}", many);
  };
  const text = [
    `intent: ${trade}_${wish.wish}`,
    `title: ${wish.wish.replaceAll("_", " ")}, ${trade}`,
    "language: en",
    `priority: ${priority}`,
    `requests: [${wish.requests.join(", ")}]`,
    ...list("triggers", wish.triggers.map(trigger)),
    ...list("except", wish.except.map(trigger)),
    ...list("replies", [`I'll note that for our ${trade} team.`]),
    "examples:",
    ...list("  matches", wish.matches.map(example)),
    ...list("  ignores", wish.ignores.map(example)),
  ];
  return { path: `en/many/${trade}_${wish.wish}.yaml`, text: `${text.join("\n")}\n` };
}

function list(key: string, items: readonly string[]): readonly string[] {
  return [`${key}:`, ...items.map((item) => `    - ${JSON.stringify(item)}`)];
}
