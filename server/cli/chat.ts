import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import { explainTrace } from "../../engine/decide/explain.ts";
import { ChatRequest } from "../conversations/contract.ts";
import { AppError } from "../app-error.ts";
import { parseBody } from "../http/parse.ts";
import type { TurnAnswer } from "../turn/answer.ts";
import { chat } from "../turn/chat.ts";
import { createKeyrings } from "../privacy/keyrings.ts";
import { configuredKeys, rootKeyNotice } from "./configured-keys.ts";
import { openConfigured } from "./installation.ts";
import { parseRegion, readPack, readSettings } from "./settings.ts";
import { chosenWorkspace, workspaceOption, type InWorkspaceOptions } from "./workspace-option.ts";

const MINUTE_MS = 60_000;

interface Options extends InWorkspaceOptions {
  readonly handle?: string;
  readonly platform: string;
  readonly region?: string;
  readonly why?: boolean;
}

export function chatCommand(): Command {
  return new Command("chat")
    .summary("a conversation in the terminal, with the configured rules and database")
    .description(
      [
        "Every line of standard input is a customer's message; the end of input ends the conversation.",
        "Each run is a new person, unless --handle says who it is.",
      ].join("\n"),
    )
    .option("--handle <id>", "the platform's id of the person (default: a new one)")
    .option("--platform <name>", "where the conversation happens", "api")
    .option("--region <country>", "the country of national phone numbers, such as AU")
    .option("--why", "print each turn's trace for people")
    .addOption(workspaceOption())
    .action(talk);
}

async function talk(options: Options): Promise<void> {
  const environment = readSettings();
  const region = parseRegion(options.region) ?? environment.DEFAULT_REGION;
  const pack = await readPack(environment.RULES_DIR);
  const handle = options.handle ?? `terminal-${randomUUID().slice(0, 8)}`;
  const person = {
    handle,
    platform: options.platform,
    ...(region === undefined ? {} : { region }),
    trace: true,
  };
  parseBody(ChatRequest, { ...person, text: "." }); // wrong options are refused before anything is opened
  const database = await openConfigured(environment);
  try {
    const workspaceId = await chosenWorkspace(database, options.workspace);
    const keys = configuredKeys(environment, (path) => console.error(rootKeyNotice(path).join("\n")));
    const store = { database, keyrings: createKeyrings(database, keys.inUse, Date.now) };
    await store.keyrings.of(workspaceId); // a root key that is missing or wrong is said before anybody types
    const silenceMs = environment.SILENCE_MINUTES * MINUTE_MS;
    let last: TurnAnswer | null = null;
    for await (const text of typedLines(
      `You are ${handle} on ${options.platform}. Ctrl-D ends the conversation.`,
    )) {
      try {
        const request = parseBody(ChatRequest, { ...person, text });
        last = await chat(store, pack, workspaceId, request, Date.now(), { silenceMs });
        for (const reply of last.replies) console.log(`bot: ${reply}`);
        if (options.why && last.trace !== undefined) {
          for (const line of explainTrace(last.trace, text)) console.log(`     ${line}`);
        }
      } catch (error) {
        // A message that is too long, for instance: the conversation goes on.
        if (!(error instanceof AppError) || error.status >= 500) throw error;
        console.error(error.message);
      }
    }
    console.log(`\n${summary(last)}`);
  } finally {
    await database.close();
  }
}

/** The lines that a person types, after a prompt; or those of a file, each shown so that the dialogue can be read. */
async function* typedLines(introduction: string): AsyncGenerator<string> {
  const { stdin: input, stdout: output } = process;
  const terminal = input.isTTY && output.isTTY;
  const lines = createInterface({ input, output, terminal, prompt: "you: " });
  if (terminal) console.log(introduction);
  if (terminal) lines.prompt();
  for await (const line of lines) {
    if (line.trim() !== "") {
      if (!terminal) console.log(`you: ${line}`);
      yield line;
    }
    if (terminal) lines.prompt();
  }
}

function summary(last: TurnAnswer | null): string {
  const customer = last?.customer ?? null;
  if (customer === null) return "No customer came of it.";
  const known = Object.entries(customer.known).map(([field, value]) => {
    return `${field} ${value}${customer.unvalidated.includes(field) ? " (unvalidated)" : ""}`;
  });
  const missing = customer.missing.length === 0 ? "nothing" : customer.missing.join(", ");
  return `Customer ${customer.id}: ${known.join(", ") || "nothing known"}; missing: ${missing}`;
}
