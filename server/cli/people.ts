import { Command } from "commander";
import { readSettings } from "./settings.ts";
import { install, openConfigured } from "./installation.ts";
import { Refusal } from "./refusal.ts";
import { makeSetupLink } from "./setup-link.ts";

export function peopleCommand(): Command {
  return new Command("people").summary("people who sign in").addCommand(setupLink());
}

function setupLink(): Command {
  return new Command("setup-link")
    .summary("print a new link by which somebody becomes the first owner")
    .description("The exit code is 1 when there is an owner already: then owners invite others.")
    .action(async () => {
      const environment = readSettings();
      const database = await openConfigured(environment);
      try {
        await install(database);
        const made = await makeSetupLink(database, environment, listensOn(environment));
        if (made === null) {
          throw new Refusal(["The installation has its owner already: owners and admins invite others."], 1);
        }
        console.log(made.link);
      } finally {
        await database.close();
      }
    });
}

/** Where a server with these settings is found; it need not run. */
function listensOn({ HOST: host, PORT: port }: { readonly HOST: string; readonly PORT: number }): string {
  const local = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${local.includes(":") ? `[${local}]` : local}:${port}`;
}
