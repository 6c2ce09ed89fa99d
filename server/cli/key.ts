import { Command } from "commander";
import { parseKey, parseKeyName } from "../workspaces/api-key-format.ts";
import { createApiKey, revokeApiKey } from "../workspaces/api-keys.ts";
import { KEY_CACHE_MS } from "../workspaces/key-cache.ts";
import { install, withDatabase } from "./installation.ts";
import { Refusal } from "./refusal.ts";

const LABEL_CHARS_MAX = 100; // it stands in a list

export function keyCommand(): Command {
  return new Command("key").summary("API keys").addCommand(create()).addCommand(revoke());
}

function create(): Command {
  return new Command("create")
    .summary("make an API key and print it, alone, on standard output")
    .option("--label <text>", "what it is for, to tell it from others", "command line")
    .action(async ({ label }: { readonly label: string }) => {
      if (label.trim() === "" || label.length > LABEL_CHARS_MAX || /[\0\p{Surrogate}]/u.test(label)) {
        throw new Refusal([`--label takes 1 to ${LABEL_CHARS_MAX} characters`]);
      }
      const key = await withDatabase(async (database) => {
        const workspaceId = await install(database);
        return (await createApiKey(database, workspaceId, label, Date.now())).key;
      });
      console.log(key);
    });
}

function revoke(): Command {
  return new Command("revoke")
    .summary("end an API key for good")
    .description(
      "The exit code is 0 when the key was live and is not any more, 1 when it was not live before.",
    )
    .argument("<key>", "the key, or its first part: ce_ and what follows up to the dot")
    .action(async (text: string) => {
      const name = parseKey(text) ?? parseKeyName(text);
      if (name === null) {
        throw new Refusal(["This is no API key: one begins with ce_ and 43 more characters."]);
      }
      const wasLive = await withDatabase(async (database) => {
        await install(database);
        return revokeApiKey(database, name, Date.now());
      });
      if (!wasLive) {
        throw new Refusal(["The key was not live: it is unknown here, or was revoked before."], 1);
      }
      console.log(
        `Revoked. The key was live; running servers refuse it within ${KEY_CACHE_MS / 1000} seconds.`,
      );
    });
}
