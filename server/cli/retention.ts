import { Command } from "commander";
import { getRetention, previewRetention } from "../retention/queries.ts";
import { sweepRetention } from "../retention/sweep.ts";
import type { Store } from "../privacy/store.ts";
import { inEach } from "./in-each.ts";
import { Refusal } from "./refusal.ts";
import { operator, withStores } from "./with-store.ts";
import { onlyWorkspaceOption, type InWorkspaceOptions } from "./workspace-option.ts";

export function retentionCommand(): Command {
  return new Command("retention").summary("erase who has been silent for too long").addCommand(
    new Command("sweep")
      .summary("erase now, as a running server does every hour")
      .option("--dry-run", "only say what would be erased")
      .addOption(onlyWorkspaceOption())
      .action(({ dryRun = false, workspace }: InWorkspaceOptions & { readonly dryRun?: boolean }) =>
        withStores(workspace, (store, workspaceIds) => sweepAll(store, workspaceIds, dryRun)),
      ),
  );
}

async function sweepAll(store: Store, workspaceIds: readonly string[], dryRun: boolean): Promise<void> {
  let isSet = false;
  await inEach(workspaceIds, async (workspaceId) => {
    const { days } = await getRetention(store.database, workspaceId);
    if (days === null) return;
    isSet = true;
    await (dryRun ? preview(store, workspaceId) : sweep(store, workspaceId, days));
  });
  if (!isSet) throw new Refusal(["No retention is set: PUT /v1/retention says for how many days."], 1);
}

async function preview({ database }: Store, workspaceId: string): Promise<void> {
  const { days, customers, conversations } = await previewRetention(database, workspaceId, null, Date.now());
  for (const id of customers.ids) console.log(`would erase customer ${id}`);
  for (const id of conversations.ids) console.log(`would erase conversation ${id}`);
  console.log(
    `Silent for more than ${days} days: ${told(customers.count, conversations.count)}. Nothing was erased.`,
  );
}

async function sweep(store: Store, workspaceId: string, days: number): Promise<void> {
  const swept = await sweepRetention(store, workspaceId, { actor: operator(), clock: Date.now });
  console.log(`Erased, silent for more than ${days} days: ${told(swept.customers, swept.conversations)}.`);
}

const told = (customers: number, conversations: number) =>
  `customers ${customers}, conversations without one ${conversations}`;
