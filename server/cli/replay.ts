import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Command } from "commander";
import { explainTrace } from "../../engine/decide/explain.ts";
import { hearOther } from "../../engine/decide/hear.ts";
import { knownAfter, type Known } from "../../engine/decide/known-after.ts";
import { INITIAL_STATE, parseState } from "../../engine/decide/state.ts";
import type { State } from "../../engine/decide/state.ts";
import type { RulePack } from "../../engine/rules/pack.ts";
import { takeTurn } from "../../engine/turn.ts";
import type { Turn } from "../../engine/turn.ts";
import { z } from "zod";
import { Region, Role } from "../conversations/contract.ts";
import { readJsonLines } from "./json-lines.ts";
import { Refusal, refuseWithList } from "./refusal.ts";
import { replayStored } from "./replay-stored.ts";
import { readPack, readSettings } from "./settings.ts";
import { onlyWorkspaceOption, type InWorkspaceOptions } from "./workspace-option.ts";

// Lines without a time are a minute apart from here on: a replay has no clock, or it could not be repeated.
const START = Date.UTC(2025, 0, 1, 9);
const STEP_MS = 60_000;

const Said = z.strictObject({
  role: Role.default("customer"),
  text: z.string(),
  at: z.iso.datetime({ offset: true }).optional(),
  region: Region.optional(),
});
type Said = z.output<typeof Said>;

interface Options extends InWorkspaceOptions {
  readonly why?: boolean;
  readonly all?: true;
  readonly conversation?: string;
}

/** What came of one line: a turn for a customer's message, null for somebody else's. */
interface Step {
  readonly said: Said;
  readonly turn: Turn | null;
}

export function replayCommand(): Command {
  return new Command("replay")
    .summary("run conversations again and compare every byte: stored ones, or one of a file")
    .description(
      [
        "With --all or --conversation: every stored turn again, with the rule pack that was in force, against what is stored.",
        "With a file: a conversation, played twice with the configured rules. Exit code 1: something came out otherwise.",
      ].join("\n"),
    )
    .argument("[file]", 'JSON lines {"role"?, "text", "at"?, "region"?}; - is standard input')
    .option("--all", "every conversation of the database")
    .option("--conversation <id>", "one conversation of the database")
    .option("--why", "print each turn's trace for people (of a file)")
    .addOption(onlyWorkspaceOption())
    .action(async (file: string | undefined, { why = false, all, conversation, workspace }: Options) => {
      const chosen = [file, all, conversation].filter((choice) => choice !== undefined);
      if (chosen.length !== 1)
        throw new Refusal(["Name a file, or --all, or --conversation with an id: one of them."]);
      if (file === undefined) return replayStored(conversation ?? null, workspace);
      const environment = readSettings();
      const said = await readConversation(file);
      const pack = await readPack(environment.RULES_DIR);
      const first = play(pack, said, environment.DEFAULT_REGION ?? null);
      for (const step of first) print(step, why);
      // The second run reads the rules anew, so that the compiler is proven with the engine.
      const again = play(await readPack(environment.RULES_DIR), said, environment.DEFAULT_REGION ?? null);
      compare(first, again);
    });
}

async function readConversation(file: string): Promise<readonly Said[]> {
  const said: Said[] = [];
  const problems: string[] = [];
  try {
    for await (const line of readJsonLines(file === "-" ? process.stdin : createReadStream(file), Said)) {
      if ("value" in line) said.push(line.value);
      else problems.push(`line ${line.number} ${line.problem}`);
    }
  } catch (error) {
    throw new Refusal([
      `${file} cannot be read (${error instanceof Error ? error.message : "unknown error"})`,
    ]);
  }
  if (problems.length > 0) throw refuseWithList(`${file} is not a conversation:`, problems);
  return said;
}

function play(pack: RulePack, conversation: readonly Said[], regionDefault: string | null): readonly Step[] {
  let state: State = INITIAL_STATE;
  let person: Known = { known: {}, unvalidated: [] };
  let now = START;
  return conversation.map((said) => {
    now = said.at === undefined ? now + STEP_MS : Date.parse(said.at);
    // As in the database: between two turns a state is JSON.
    state = parseState(JSON.parse(JSON.stringify(state)));
    if (said.role !== "customer") {
      state = hearOther(pack, state, said.text);
      return { said, turn: null };
    }
    const region = said.region ?? regionDefault;
    const turn = takeTurn(pack, state, said.text, {
      now,
      ...person,
      coolingOff: {},
      collecting: "on",
      region,
    });
    state = turn.state;
    person = knownAfter(person, turn);
    return { said, turn };
  });
}

function print({ said, turn }: Step, why: boolean): void {
  console.log(`${said.role}: ${said.text}`);
  if (turn === null) return;
  for (const reply of turn.replies) console.log(`reply: ${reply}`);
  for (const { field, value } of turn.collected) console.log(`  collected ${field}: ${value}`);
  const reasons = Object.entries(turn.trace.reasons).map(([field, reason]) => `${field} ${reason}`);
  if (why) for (const line of explainTrace(turn.trace, said.text)) console.log(`  ${line}`);
  else console.log(`  ${turn.state.dialogue.mode}; ${reasons.join(", ")}`);
}

function compare(first: readonly Step[], again: readonly Step[]): void {
  const differing = first.findIndex((step, index) => JSON.stringify(step) !== JSON.stringify(again[index]));
  if (differing >= 0)
    throw new Refusal([`different: message ${differing + 1} went otherwise the second time`], 1);
  const digest = createHash("sha256").update(JSON.stringify(first)).digest("hex");
  console.log(`identical: ${first.length} messages, sha256 ${digest}`);
}
