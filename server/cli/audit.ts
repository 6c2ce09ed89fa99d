import { readFile } from "node:fs/promises";
import { Command } from "commander";
import type { Fault } from "../audit/verify-steps.ts";
import { verifyAudit, type Verified } from "../audit/verify.ts";
import { inEach } from "./in-each.ts";
import { withDatabase } from "./installation.ts";
import { Refusal, refuseWithList } from "./refusal.ts";
import { readSettings } from "./settings.ts";
import { chosenWorkspaces, onlyWorkspaceOption, type InWorkspaceOptions } from "./workspace-option.ts";

const SEALS_A_LINE = 100;

export function auditCommand(): Command {
  return new Command("audit").summary("what the audit can prove").addCommand(verify());
}

interface Options extends InWorkspaceOptions {
  readonly from?: string;
  readonly roots?: string;
}

function verify(): Command {
  return new Command("verify")
    .summary("compute every hash anew and name each row that is not as it was written")
    .description(
      [
        "Finds messages, turns, claims, findings, events and seals that were changed, removed, put in or put in another order.",
        "Exit code 0: all is as it was written; 1: something is not. Servers on PostgreSQL may run meanwhile.",
        "Whoever can write to the whole database can also make every hash anew: --roots holds it to what was kept elsewhere.",
      ].join("\n"),
    )
    .option("--from <seal>", "the number of the first seal to look at; those before are taken for right")
    .option("--roots <file>", "the roots that servers wrote (default: AUDIT_ROOTS_FILE)")
    .addOption(onlyWorkspaceOption())
    .action(async ({ from, roots: path = readSettings().AUDIT_ROOTS_FILE, workspace }: Options) => {
      const first = parseSeal(from);
      await withDatabase(async (database) => {
        const workspaceIds = await chosenWorkspaces(database, workspace);
        if (from !== undefined && workspaceIds.length > 1) {
          throw new Refusal(["--from is the number of a seal of one workspace: say which with --workspace"]);
        }
        await inEach(workspaceIds, async (workspaceId) => {
          const roots = path === undefined ? new Map() : await readRoots(path, workspaceId);
          const verified = await verifyAudit(database, workspaceId, {
            from: first,
            roots,
            onSeal: tellProgress,
          });
          if (first > 1 && verified.seals === 0) throw new Refusal([`There is no seal ${first}.`]);
          report(verified);
        });
      });
    });
}

function tellProgress(seal: number): void {
  if (seal % SEALS_A_LINE === 0) console.error(`${seal} seals so far`);
}

function parseSeal(stated: string | undefined): number {
  if (stated === undefined) return 1;
  if (!/^[1-9][0-9]{0,8}$/u.test(stated)) throw new Refusal(["--from is the number of a seal, from 1"]);
  return Number(stated);
}

/** Lines `workspace number root`; those of other workspaces are skipped. */
async function readRoots(path: string, workspaceId: string): Promise<ReadonlyMap<number, string>> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new Refusal([`The file of roots ${path} cannot be read.`]);
  });
  const roots = new Map<number, string>();
  for (const line of text.split("\n")) {
    const [workspace, number, root] = line.split(" ");
    if (workspace === workspaceId && root !== undefined) roots.set(Number(number), root);
  }
  return roots;
}

function report({ faults, last, ...counts }: Verified): void {
  const { seals, steps, events, erased, waiting } = counts;
  console.log(`seals: ${seals}; messages: ${steps}; events: ${events}; erased conversations: ${erased}`);
  if (waiting > 0) console.log(`waiting for the next seal, and checked too: ${waiting}`);
  if (last !== null) console.log(`last seal ${last.number}, root ${last.root}`);
  if (faults.length > 0) throw refuseWithList(`${faults.length} faults:`, faults.map(line), 1);
  console.log("All is as it was written.");
}

const line = ({ table, row, what }: Fault) => `${table}: ${row}: ${what}`;
