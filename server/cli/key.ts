import { Command } from "commander";
import { createApiKey } from "../workspaces/api-keys.ts";
import { install, withDatabase } from "./installation.ts";
import { Refusal } from "./refusal.ts";

const LABEL_CHARS_MAX = 100; // it stands in a list

export function keyCommand(): Command {
  const create = new Command("create")
    .summary("make an API key and print it, alone, on standard output")
    .option("--label <text>", "what it is for, to tell it from others", "command line")
    .action(async ({ label }: { readonly label: string }) => {
      if (label.trim() === "" || label.length > LABEL_CHARS_MAX || /[\0\p{Surrogate}]/u.test(label)) {
        throw new Refusal([`--label takes 1 to ${LABEL_CHARS_MAX} characters`]);
      }
      const key = await withDatabase(async (database) => {
        const { workspaceId } = await install(database);
        return (await createApiKey(database, workspaceId, label, Date.now())).key;
      });
      console.log(key);
    });
  return new Command("key").summary("API keys").addCommand(create);
}
