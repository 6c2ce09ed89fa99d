import { setTimeout as sleep } from "node:timers/promises";
import { Command, Option } from "commander";
import type { Database } from "../database/database.ts";
import { KMS_PROVIDER } from "../privacy/http-key-provider.ts";
import { ROOT_KEY_PROVIDER } from "../privacy/root-keys.ts";
import { rotateRoot } from "../privacy/rotate-root.ts";
import { rotateWorkspaceKey, SETTLE_MS, type Rotated, type Rotation } from "../privacy/rotate-workspace.ts";
import { loadKeyring, readWorkspaceKeys } from "../privacy/workspace-keys.ts";
import type { WorkspaceKeyRow } from "../privacy/workspace-keys.ts";
import { countEarlier, rotateIndexKey } from "../reindex/rotate-index.ts";
import { configuredKeys, rootKeyNotice } from "./configured-keys.ts";
import type { ConfiguredKeys } from "./configured-keys.ts";
import { install, openConfigured } from "./installation.ts";
import { Refusal } from "./refusal.ts";
import { readSettings } from "./settings.ts";

export function keysCommand(): Command {
  return new Command("keys")
    .summary("encryption keys: what there is, and replacing them (API keys: key)")
    .addCommand(new Command("status").summary("which keys there are, and whether they open").action(status))
    .addCommand(
      new Command("rotate")
        .summary("replace a key")
        .addCommand(root())
        .addCommand(workspace())
        .addCommand(index()),
    );
}

async function withKeys<Result>(
  work: (database: Database, keys: ConfiguredKeys, workspaceId: string) => Promise<Result>,
): Promise<Result> {
  const environment = readSettings();
  const keys = configuredKeys(environment, (path) => console.error(rootKeyNotice(path).join("\n")));
  const database = await openConfigured(environment);
  try {
    return await work(database, keys, await install(database));
  } finally {
    await database.close();
  }
}

function status(): Promise<void> {
  return withKeys(async (database, { inUse }, workspaceId) => {
    const rows = await readWorkspaceKeys(database, workspaceId);
    if (rows.length === 0) {
      console.log("This database has no keys yet: the first start of the server makes them.");
      return;
    }
    await loadKeyring(database, inUse, workspaceId, Date.now());
    console.log(`The root key in ${inUse.place} opens every key of this database:`);
    for (const row of rows) console.log(`  ${row.kind.padEnd(5)} version ${row.version}: ${stateOf(row)}`);
    const [newest, ...earlier] = rows.filter(({ kind }) => kind === "index");
    if (newest === undefined || earlier.every(({ retiredAt }) => retiredAt !== null)) return;
    const counts = Object.entries(await countEarlier(database, workspaceId, newest.version));
    const left = counts.map(([table, count]) => `${table} ${count}`).join(", ");
    console.log(`The index key is being replaced; rows that an earlier version finds: ${left}.`);
    console.log("enrich keys rotate index goes on with it.");
  });
}

function stateOf({ createdAt, activatedAt, retiredAt }: WorkspaceKeyRow): string {
  if (retiredAt !== null) return `retired ${retiredAt.toISOString()}`;
  if (activatedAt !== null) return `in use since ${activatedAt.toISOString()}`;
  return `announced ${createdAt.toISOString()}; its rotation is not finished`;
}

function root(): Command {
  return new Command("root")
    .summary("make a new root key and wrap the workspace's keys with it")
    .description(
      [
        "A root key file gets a new root key behind those that are there; keep those for older backups, and back the file up.",
        "ROOT_KEY: put the new key in front first, ROOT_KEY=NEW,OLD, and restart servers with it.",
        "--to moves the keys to another keeper: set both, and afterwards only the new one.",
      ].join("\n"),
    )
    .addOption(
      new Option("--to <keeper>", "who keeps the root key").choices([ROOT_KEY_PROVIDER, KMS_PROVIDER]),
    )
    .action(({ to: name }: { readonly to?: string }) =>
      withKeys(async (database, { inUse, all }, workspaceId) => {
        const to = name === undefined ? inUse : all.find((provider) => provider.name === name);
        if (to === undefined) throw new Refusal([`The settings name no ${name}: set KMS_URL.`]);
        const count = await rotateRoot(database, to, workspaceId, all);
        if (count === 0) throw new Refusal(["This database has no keys yet: there is nothing to rotate."], 1);
        console.log(`${count} keys are wrapped by the newest root key in ${to.place}.`);
      }),
    );
}

function workspace(): Command {
  return replacing(
    new Command("workspace").summary("make a new workspace key and wrap every data key with it"),
    rotateWorkspaceKey,
    "data keys",
    ({ version, rows }) =>
      `The workspace key is version ${version} now; ${rows} data keys were wrapped with it.`,
  );
}

function index(): Command {
  return replacing(
    new Command("index").summary(
      "make a new index key, and with it all that emails, phones and words are found by",
    ),
    rotateIndexKey,
    "rows",
    ({ version, rows }) => `The index key is version ${version} now; ${rows} rows are found by it.`,
  );
}

/** A command that replaces a key in steps. */
function replacing(
  command: Command,
  rotate: (rotation: Rotation) => Promise<Rotated>,
  moved: string,
  done: (rotated: Rotated) => string,
): Command {
  return command
    .description("Servers may run meanwhile. It can be interrupted; the next one goes on where it stopped.")
    .option("--alone", "no server runs: do not wait until they know of the new key")
    .action(({ alone }: { readonly alone?: boolean }) =>
      withKeys(async (database, { inUse: provider }, workspaceId) => {
        const isAlone = alone === true || database.kind === "pglite";
        const rotated = await rotate({
          database,
          provider,
          workspaceId,
          clock: Date.now,
          settle: async () => {
            if (isAlone) return;
            console.error(
              `Waiting ${SETTLE_MS / 1000} seconds until running servers have loaded their keys anew …`,
            );
            await sleep(SETTLE_MS);
          },
          onProgress: (rows) => console.error(`${rows} ${moved} so far`),
        });
        console.log(done(rotated));
      }),
    );
}
