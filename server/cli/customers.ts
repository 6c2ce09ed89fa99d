import { Command } from "commander";
import { AppError } from "../app-error.ts";
import { CustomersQuery } from "../customers/contract.ts";
import { listCustomers } from "../customers/list.ts";
import { getCustomer } from "../customers/queries.ts";
import { listFilters } from "../filters/queries.ts";
import { parseId } from "../http/parse-id.ts";
import { parseQuery } from "../http/parse.ts";
import type { Store } from "../privacy/store.ts";
import { eraseCommand, exportCommand } from "./customer-records.ts";
import { customerLines, customerTable } from "./customer-table.ts";
import { Refusal } from "./refusal.ts";
import { operator, withStore } from "./with-store.ts";
import { workspaceOption, type InWorkspaceOptions } from "./workspace-option.ts";

export function customersCommand(): Command {
  return new Command("customers")
    .summary("look customers up, export them, erase one")
    .addCommand(list())
    .addCommand(show())
    .addCommand(exportCommand())
    .addCommand(eraseCommand());
}

/** What `list` takes, as commander names it: the parameters of GET /v1/customers, and two of its own. */
interface ListOptions extends Readonly<Record<string, unknown>>, InWorkspaceOptions {
  readonly saved?: string;
  readonly json?: boolean;
}

const several = (value: string, before: readonly string[] = []) => [...before, value];

function list(): Command {
  return new Command("list")
    .summary("a page of customers, as a table")
    .description("Every option narrows. Options marked * may be given several times.")
    .option(
      "--q <text>",
      "words of the name by their beginning, an email or its beginning, a phone's last digits",
    )
    .option("--platform <name>", "* on any of these", several)
    .option("--tag <tag>", "* with all of these", several)
    .option("--has <field>", "* whose field has a value", several)
    .option("--lacks <field>", "* whose field has none", several)
    .option("--trust <trust>", "verified: at least one value is; claimed: none is")
    .option("--first-from <date>", "whose first interaction was from this day or time on")
    .option("--first-to <date>", "… up to this day or time, inclusive")
    .option("--last-from <date>", "whose last interaction was from this day or time on")
    .option("--last-to <date>", "… up to this day or time, inclusive")
    .option("--min-conversations <count>", "with so many conversations at least")
    .option("--max-conversations <count>", "… and at most")
    .option("--sort <by>", "last (interaction), first or conversations")
    .option("--order <order>", "desc or asc")
    .option("--limit <count>", "how many to list")
    .option("--cursor <cursor>", "goes on where the page that named it ended")
    .option("--saved <name>", "the saved filter of this name; other options go before its own")
    .option("--json", "the page as the HTTP interface answers it")
    .addOption(workspaceOption())
    .action(({ saved, json, workspace, ...given }: ListOptions) =>
      withStore(workspace, async (store, workspaceId) => {
        const kept = saved === undefined ? {} : await savedFilter(store, workspaceId, saved);
        const page = await listCustomers(store, workspaceId, parseOptions({ ...kept, ...given }));
        for (const line of json === true ? [JSON.stringify(page, null, 2)] : customerTable(page))
          console.log(line);
      }),
    );
}

function show(): Command {
  return new Command("show")
    .summary("a customer with conversations, and where every value comes from")
    .argument("<id>", "the customer's id")
    .option("--json", "as the HTTP interface answers it")
    .addOption(workspaceOption())
    .action((text: string, { json, workspace }: InWorkspaceOptions & { readonly json?: boolean }) =>
      withStore(workspace, async (store, workspaceId) => {
        const id = parseId(text);
        if (id === null) throw new Refusal(["This is no customer's id: `enrich customers list` shows them."]);
        const by = { actor: operator(), at: Date.now() };
        const customer = await getCustomer(store, workspaceId, id, by);
        const lines = json === true ? [JSON.stringify(customer, null, 2)] : customerLines(customer);
        for (const line of lines) console.log(line);
      }),
    );
}

async function savedFilter(store: Store, workspaceId: string, name: string): Promise<object> {
  const { filters } = await listFilters(store, workspaceId);
  const found = filters.find((filter) => filter.name === name);
  if (found !== undefined) return found.filter;
  const names = filters.map((filter) => `  ${filter.name}`);
  throw new Refusal([
    "There is no saved filter of this name.",
    ...(names.length > 0 ? ["There are:", ...names] : []),
  ]);
}

/** Refuses what the HTTP interface would refuse, and calls it by the option's name. */
function parseOptions(given: object): CustomersQuery {
  try {
    return parseQuery(CustomersQuery, given);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new Refusal(
      error.faults.map(({ pointer, detail }) => {
        const [name = ""] = pointer.slice(1).split("/");
        return `--${name.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)} ${detail}`;
      }),
    );
  }
}
