import { createReadStream } from "node:fs";
import { Command } from "commander";
import { LedgerLine } from "../erasure/contract.ts";
import { exportLedger, faultOf, reapply } from "../erasure/ledger.ts";
import { publicKeysOf } from "../erasure/signing-key.ts";
import type { Store } from "../privacy/store.ts";
import { readJsonLines, writeLine } from "./json-lines.ts";
import { Refusal, refuseWithList } from "./refusal.ts";
import { operator, withStore } from "./with-store.ts";

export function erasuresCommand(): Command {
  return new Command("erasures")
    .summary("the ledger of erasures: keep it apart from backups, apply it after a restore")
    .addCommand(
      new Command("export")
        .summary("print the ledger as JSON lines: ids and certificates, no personal data")
        .action(() => withStore(printLedger)),
    )
    .addCommand(
      new Command("reapply")
        .summary("erase again what the ledger names and a restored database has")
        .requiredOption("--ledger <file>", "what `erasures export` printed; - is standard input")
        .action(async ({ ledger }: { readonly ledger: string }) => {
          const lines = await readLedger(ledger);
          await withStore((store, workspaceId) => reapplyAll(store, workspaceId, lines));
        }),
    );
}

async function printLedger(store: Store, workspaceId: string): Promise<void> {
  for await (const line of exportLedger(store, workspaceId))
    await writeLine(process.stdout, JSON.stringify(line));
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

async function reapplyAll(store: Store, workspaceId: string, lines: readonly LedgerLine[]): Promise<void> {
  const known = await publicKeysOf(store, workspaceId);
  const faults = lines.flatMap((line, index) => {
    const fault = faultOf(line, workspaceId, known);
    return fault === null ? [] : [`erasure ${index + 1} (${line.certificate.id}) ${fault}`];
  });
  if (faults.length > 0) throw refuseWithList("Nothing was erased. The ledger is not sound:", faults);
  let erased = 0;
  for (const line of lines) {
    const erasure = await reapply(store, workspaceId, line, operator(), Date.now());
    if (erasure === null) continue;
    erased += 1;
    const { kind, id } = erasure.certificate.subject;
    console.log(`erased again: ${kind} ${id}`);
  }
  console.log(`Erasures in the ledger: ${lines.length}; applied again: ${erased}.`);
}
