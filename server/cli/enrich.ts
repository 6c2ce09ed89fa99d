#!/usr/bin/env node
/** The command line's front door: one file a command, errors as lines for people. */
import { Command, CommanderError } from "commander";
import { AppError } from "../app-error.ts";
import { actionCommand } from "./action.ts";
import { auditCommand } from "./audit.ts";
import { billingCommand } from "./billing.ts";
import { chatCommand } from "./chat.ts";
import { customersCommand } from "./customers.ts";
import { doctorCommand } from "./doctor.ts";
import { erasuresCommand } from "./erasures.ts";
import { explainCommand } from "./explain.ts";
import { keyCommand } from "./key.ts";
import { keysCommand } from "./keys.ts";
import { migrateCommand } from "./migrate.ts";
import { peopleCommand } from "./people.ts";
import { Refusal } from "./refusal.ts";
import { replayCommand } from "./replay.ts";
import { retentionCommand } from "./retention.ts";
import { rulesCommand } from "./rules.ts";
import { serveCommand } from "./serve.ts";
import { understandCommand } from "./understand.ts";
import { workspaceCommand } from "./workspace.ts";

// The reader may have seen enough: `enrich understand < file | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 2);
});

const program = new Command("enrich")
  .description(
    "Customer Enrichment: collects customer details in conversations, by rules that explain themselves.",
  )
  .addCommand(serveCommand())
  .addCommand(migrateCommand())
  .addCommand(doctorCommand())
  .addCommand(chatCommand())
  .addCommand(explainCommand())
  .addCommand(understandCommand())
  .addCommand(replayCommand())
  .addCommand(auditCommand())
  .addCommand(rulesCommand())
  .addCommand(customersCommand())
  .addCommand(workspaceCommand())
  .addCommand(actionCommand())
  .addCommand(billingCommand())
  .addCommand(keyCommand())
  .addCommand(peopleCommand())
  .addCommand(keysCommand())
  .addCommand(erasuresCommand())
  .addCommand(retentionCommand());
throwInsteadOfExiting(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong and gives the exit code for it. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Refusal) {
    for (const line of error.lines) console.error(line);
    return error.exitCode;
  }
  if (error instanceof AppError) {
    console.error(error.message);
    return 2;
  }
  console.error(
    process.env["LOG_LEVEL"] === "debug" ? error : `This should not have happened: ${String(error)}`,
  );
  return 2;
}

function throwInsteadOfExiting(command: Command): void {
  command.exitOverride();
  for (const sub of command.commands) throwInsteadOfExiting(sub);
}
