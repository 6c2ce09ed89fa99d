import { Command } from "commander";
import { parseId } from "../http/parse-id.ts";
import { erase } from "../erasure/erase.ts";
import { exportCustomers } from "../exports/export-customers.ts";
import { exportPerson } from "../exports/export-person.ts";
import { write } from "./json-lines.ts";
import { Refusal } from "./refusal.ts";
import { readPack, readSettings } from "./settings.ts";
import { operator, withStore } from "./with-store.ts";
import { workspaceOption, type InWorkspaceOptions } from "./workspace-option.ts";

export function exportCommand(): Command {
  return new Command("export")
    .summary("print every customer as CSV, or one person as JSON")
    .option("--customer <id>", "one person, with all conversations, as JSON")
    .option("--verified-only", "with --customer: without conversations linked by a claim only")
    .option("--bom", "begin the CSV with a byte order mark, for spreadsheets that ask for one")
    .addOption(workspaceOption())
    .action(async ({ customer, workspace, verifiedOnly = false, bom = false }: ExportOptions) => {
      const customerId = customer === undefined ? null : parseId(customer);
      if (customer !== undefined && customerId === null) throw new Refusal([NO_ID]);
      const { RULES_DIR } = readSettings();
      const fields = customerId === null ? (await readPack(RULES_DIR)).fields.map(({ field }) => field) : [];
      const asked = { actor: operator(), now: Date.now() };
      await withStore(workspace, async (store, workspaceId) => {
        const pieces =
          customerId === null
            ? exportCustomers(store, workspaceId, { ...asked, fields, filter: null, bom })
            : await exportPerson(store, workspaceId, { ...asked, customerId, verifiedOnly });
        for await (const piece of pieces) await write(process.stdout, piece);
      });
    });
}

interface ExportOptions extends InWorkspaceOptions {
  readonly customer?: string;
  readonly verifiedOnly?: boolean;
  readonly bom?: boolean;
}

interface EraseOptions extends InWorkspaceOptions {
  readonly confirm: string;
}

const NO_ID = "That is no customer's id: a UUID is expected.";

export function eraseCommand(): Command {
  return new Command("erase")
    .summary("erase a customer for good and print the signed certificate")
    .argument("<id>", "the customer's id")
    .requiredOption("--confirm <id>", "the id once more: erasing cannot be undone")
    .addOption(workspaceOption())
    .action(async (stated: string, { confirm, workspace }: EraseOptions) => {
      const id = parseId(stated);
      if (id === null) throw new Refusal([NO_ID]);
      if (parseId(confirm) !== id) throw new Refusal(["--confirm must repeat the customer's id."]);
      const occasion = {
        subject: { kind: "customer", id },
        cause: "request",
        actor: operator(),
        now: Date.now(),
      } as const;
      const target = { customerId: id, conversationIds: [] };
      const erasure = await withStore(workspace, (store, workspaceId) =>
        erase(store, workspaceId, target, occasion),
      );
      if (erasure === null) throw new Refusal(["There is no such customer."], 1);
      console.log(JSON.stringify(erasure, null, 2));
    });
}
