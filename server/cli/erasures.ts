import { createReadStream } from "node:fs";
import { Command } from "commander";
import { LedgerLine } from "../erasure/contract.ts";
import { exportLedger, faultOf, reapply } from "../erasure/ledger.ts";
import { publicKeysOf } from "../erasure/signing-key.ts";
import type { Store } from "../privacy/store.ts";
import { readJsonLines, writeLine } from "./json-lines.ts";
import { Refusal, refuseWithList } from "./refusal.ts";
import { operator, withStores } from "./with-store.ts";
import { onlyWorkspaceOption, type InWorkspaceOptions } from "./workspace-option.ts";

export function erasuresCommand(): Command {
  return new Command("erasures")
    .summary("the ledger of erasures: keep it apart from backups, apply it after a restore")
    .addCommand(
      new Command("export")
        .summary("print the ledger as JSON lines: ids and certificates, no personal data")
        .addOption(onlyWorkspaceOption())
        .action(({ workspace }: InWorkspaceOptions) => withStores(workspace, printLedger)),
    )
    .addCommand(
      new Command("reapply")
        .summary("erase again what the ledger names and a restored database has")
        .requiredOption("--ledger <file>", "what `erasures export` printed; - is standard input")
        .addOption(onlyWorkspaceOption())
        .action(async ({ ledger, workspace }: InWorkspaceOptions & { readonly ledger: string }) => {
          const lines = await readLedger(ledger);
          await withStores(workspace, (store, workspaceIds) => reapplyAll(store, workspaceIds, lines));
        }),
    );
}

async function printLedger(store: Store, workspaceIds: readonly string[]): Promise<void> {
  for (const workspaceId of workspaceIds) {
    for await (const line of exportLedger(store, workspaceId))
      await writeLine(process.stdout, JSON.stringify(line));
  }
}

/** Read to its end before anything is erased: a file that is damaged is damaged as a whole. */
async function readLedger(file: string): Promise<readonly LedgerLine[]> {
  const read: LedgerLine[] = [];
  const problems: string[] = [];
  try {
    for await (const line of readJsonLines(
      file === "-" ? process.stdin : createReadStream(file),
      LedgerLine,
    )) {
      if ("value" in line) read.push(line.value);
      else problems.push(`line ${line.number} ${line.problem}`);
    }
  } catch (error) {
    throw new Refusal([
      `${file} cannot be read (${error instanceof Error ? error.message : "unknown error"})`,
    ]);
  }
  if (problems.length > 0) throw refuseWithList(`${file} is not a ledger of erasures:`, problems);
  return read;
}

/** Nothing is erased before every line is found to be sound. */
async function reapplyAll(
  store: Store,
  workspaceIds: readonly string[],
  lines: readonly LedgerLine[],
): Promise<void> {
  const known = new Map<string, ReadonlyMap<string, string>>();
  for (const workspaceId of workspaceIds) known.set(workspaceId, await publicKeysOf(store, workspaceId));
  const faults = lines.flatMap((line, index) => {
    const { id, workspaceId } = line.certificate;
    const keys = known.get(workspaceId);
    const fault = keys === undefined ? "belongs to another workspace" : faultOf(line, workspaceId, keys);
    return fault === null ? [] : [`erasure ${index + 1} (${id}) ${fault}`];
  });
  if (faults.length > 0) throw refuseWithList("Nothing was erased. The ledger is not sound:", faults);
  let erased = 0;
  for (const line of lines) {
    const erasure = await reapply(store, line.certificate.workspaceId, line, operator(), Date.now());
    if (erasure === null) continue;
    erased += 1;
    const { kind, id } = erasure.certificate.subject;
    console.log(`erased again: ${kind} ${id}`);
  }
  console.log(`Erasures in the ledger: ${lines.length}; applied again: ${erased}.`);
}
