import { Command } from "commander";
import { explainTrace } from "../../engine/decide/explain.ts";
import { hearOther } from "../../engine/decide/hear.ts";
import { INITIAL_STATE } from "../../engine/decide/state.ts";
import type { State } from "../../engine/decide/state.ts";
import type { RulePack } from "../../engine/rules/pack.ts";
import { takeTurn } from "../../engine/turn.ts";
import { explainMissed } from "./explain-missed.ts";
import { Refusal } from "./refusal.ts";
import { parseRegion, readPack, readSettings } from "./settings.ts";

interface Options {
  readonly asked?: string;
  readonly previous?: string;
  readonly region?: string;
  readonly rule?: string;
}

export function explainCommand(): Command {
  return new Command("explain")
    .summary("what one message would lead to, and why")
    .argument("<text>", "the customer's message")
    .option("--asked <field>", "the field that the customer was just asked for")
    .option("--previous <text>", "the bot's or agent's message before it")
    .option("--region <country>", "the country of national phone numbers, such as AU")
    .option("--rule <name>", "of what did not match, only this intent or signal")
    .action(async (text: string, options: Options) => {
      const environment = readSettings();
      const region = parseRegion(options.region) ?? environment.DEFAULT_REGION ?? null;
      const pack = await readPack(environment.RULES_DIR);
      const turn = takeTurn(pack, before(pack, options), text, {
        now: Date.now(),
        known: {},
        coolingOff: {},
        collecting: "on",
        region,
      });
      for (const line of explainTrace(turn.trace, text)) console.log(line);
      const about = { asked: options.asked !== undefined, only: options.rule };
      for (const line of explainMissed(pack, text, turn.understanding, about)) console.log(line);
      for (const reply of turn.replies) console.log(`reply: ${reply}`);
    });
}

/** The conversation as it stood before the message: what was said, and whether a request is open. */
function before(pack: RulePack, { asked, previous }: Options): State {
  const said = previous === undefined ? INITIAL_STATE : hearOther(pack, INITIAL_STATE, previous);
  if (asked === undefined) return said;
  const field = pack.fields.find((field) => field.field === asked);
  if (field === undefined) {
    const fields = pack.fields.map((field) => field.field).join(", ");
    throw new Refusal([`--asked: the rule pack has no field "${asked}"; it has ${fields}`]);
  }
  const rule = pack.intents.find((intent) => intent.requests.includes(asked))?.intent ?? asked;
  return {
    ...said,
    turn: 1,
    dialogue: { mode: "requesting", request: { field: asked, rule, attempt: 1 } },
    fields: { [asked]: { asks: 1, refused: false, offered: null, denied: false } },
    previous: { text: previous ?? field.ask[0], asked: [], own: true },
  };
}
