import { Command } from "commander";
import { WorkspaceName } from "../workspaces/contract.ts";
import { createWorkspace, listWorkspaces, renameWorkspace } from "../workspaces/workspaces.ts";
import { install, withDatabase } from "./installation.ts";
import { Refusal } from "./refusal.ts";
import { aligned } from "./table.ts";
import { operator } from "./with-store.ts";
import { chosenWorkspace } from "./workspace-option.ts";

export function workspaceCommand(): Command {
  return new Command("workspace")
    .summary("the workspaces of this installation: each has its own customers, keys and people")
    .addCommand(create())
    .addCommand(list())
    .addCommand(rename());
}

function create(): Command {
  return new Command("create")
    .summary("make a workspace and print its id, alone, on standard output")
    .argument("<name>", "what people call it")
    .action(async (stated: string) => {
      const name = parseName(stated);
      const id = await withDatabase(async (database) => {
        await install(database);
        return createWorkspace(database, name, Date.now(), operator());
      });
      console.log(id);
    });
}

function list(): Command {
  return new Command("list")
    .summary("every workspace, the oldest first")
    .option("--json", "as JSON")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const workspaces = await withDatabase(async (database) => {
        await install(database);
        return listWorkspaces(database);
      });
      if (json === true) return console.log(JSON.stringify(workspaces, null, 2));
      const rows = workspaces.map(({ id, name, createdAt }) => [name, createdAt.slice(0, 10), id]);
      for (const line of aligned([["NAME", "SINCE", "ID"], ...rows])) console.log(line);
    });
}

function rename(): Command {
  return new Command("rename")
    .summary("give a workspace another name")
    .argument("<workspace>", "its name or id")
    .argument("<name>", "what people are to call it")
    .action(async (workspace: string, stated: string) => {
      const name = parseName(stated);
      await withDatabase(async (database) => {
        const id = await chosenWorkspace(database, workspace);
        await renameWorkspace(database, id, name, operator(), Date.now());
      });
      console.log(`The workspace is called ${name} now.`);
    });
}

function parseName(stated: string): string {
  const name = WorkspaceName.safeParse(stated);
  if (name.success) return name.data;
  throw new Refusal([`A workspace's name ${name.error.issues[0]?.message ?? "is not valid"}.`]);
}
