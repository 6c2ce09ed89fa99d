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
import type { KeyProvider } from "../privacy/key-provider.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";
import { inEach } from "./in-each.ts";
import { openConfigured } from "./installation.ts";
import { Refusal } from "./refusal.ts";
import { readSettings } from "./settings.ts";
import { chosenWorkspaces, onlyWorkspaceOption, type InWorkspaceOptions } from "./workspace-option.ts";

const ROTATED_AT_ONCE = 10; // workspaces: each holds a connection at times

export function keysCommand(): Command {
  return new Command("keys")
    .summary("encryption keys: what there is, and replacing them (API keys: key)")
    .addCommand(
      new Command("status")
        .summary("which keys there are, and whether they open")
        .addOption(onlyWorkspaceOption())
        .action(status),
    )
    .addCommand(
      new Command("rotate")
        .summary("replace a key")
        .addCommand(root())
        .addCommand(workspace())
        .addCommand(index()),
    );
}

/** Lends the database, the keys and the workspaces that have any: all of them, the installation's own included, or the one that
 *  is stated. */
async function withKeys<Result>(
  stated: string | undefined,
  work: (database: Database, keys: ConfiguredKeys, workspaceIds: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const environment = readSettings();
  const keys = configuredKeys(environment, (path) => console.error(rootKeyNotice(path).join("\n")));
  const database = await openConfigured(environment);
  try {
    const chosen = await chosenWorkspaces(database, stated);
    const all = stated === undefined ? [INSTALLATION_ID, ...chosen] : chosen;
    const keyed: string[] = [];
    for (const id of all) if ((await readWorkspaceKeys(database, id)).length > 0) keyed.push(id);
    return await work(database, keys, keyed);
  } finally {
    await database.close();
  }
}

function status({ workspace }: InWorkspaceOptions): Promise<void> {
  return withKeys(workspace, async (database, { inUse }, workspaceIds) => {
    if (workspaceIds.length === 0) {
      console.log("This database has no keys yet: the first start of the server makes them.");
      return;
    }
    await inEach(workspaceIds, async (workspaceId) => {
      await loadKeyring(database, inUse, workspaceId, Date.now());
      console.log(`The root key in ${inUse.place} opens every key of this ${of(workspaceIds)}:`);
      const rows = await readWorkspaceKeys(database, workspaceId);
      for (const row of rows) console.log(`  ${row.kind.padEnd(5)} version ${row.version}: ${stateOf(row)}`);
      for (const line of await indexLeft(database, workspaceId, rows)) console.log(line);
    });
  });
}

const of = (workspaceIds: readonly string[]) => (workspaceIds.length === 1 ? "database" : "workspace");

function stateOf({ createdAt, activatedAt, retiredAt }: WorkspaceKeyRow): string {
  if (retiredAt !== null) return `retired ${retiredAt.toISOString()}`;
  if (activatedAt !== null) return `in use since ${activatedAt.toISOString()}`;
  return `announced ${createdAt.toISOString()}; its rotation is not finished`;
}

/** What is left of an unfinished rotation of the index key. */
async function indexLeft(
  database: Database,
  workspaceId: string,
  rows: readonly WorkspaceKeyRow[],
): Promise<readonly string[]> {
  const [newest, ...earlier] = rows.filter(({ kind }) => kind === "index");
  if (newest === undefined || earlier.every(({ retiredAt }) => retiredAt !== null)) return [];
  const counts = Object.entries(await countEarlier(database, workspaceId, newest.version));
  const left = counts.filter(([, count]) => count > 0).map(([table, count]) => `${table} ${count}`);
  return [
    `The index key is being replaced; rows that an earlier version finds: ${left.join(", ") || "none"}.`,
    "enrich keys rotate index goes on with it.",
  ];
}

function root(): Command {
  return new Command("root")
    .summary("make a new root key and wrap every workspace's keys with it")
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
    .addOption(onlyWorkspaceOption())
    .action(({ to: name, workspace: stated }: InWorkspaceOptions & { readonly to?: string }) =>
      withKeys(stated, async (database, { inUse, all }, workspaceIds) => {
        const to = name === undefined ? inUse : all.find((provider) => provider.name === name);
        if (to === undefined) throw new Refusal([`The settings name no ${name}: set KMS_URL.`]);
        if (workspaceIds.length === 0) throw nothingToRotate();
        const once = renewedOnce(to);
        let count = 0;
        await inEach(workspaceIds, async (workspaceId) => {
          count += await rotateRoot(database, once, workspaceId, all);
        });
        console.log(`${count} keys are wrapped by the newest root key in ${to.place}.`);
      }),
    );
}

const nothingToRotate = () => new Refusal(["This database has no keys yet: there is nothing to rotate."], 1);

/** One new root key for all workspaces. */
function renewedOnce(provider: KeyProvider): KeyProvider {
  let renewed: Promise<void> | undefined;
  return { ...provider, renew: () => (renewed ??= Promise.resolve(provider.renew?.())) };
}

function workspace(): Command {
  return replacing(
    new Command("workspace").summary(
      "make a new workspace key and wrap every data key with it, in every workspace",
    ),
    rotateWorkspaceKey,
    "data keys",
    ({ version, rows }) =>
      `The workspace key is version ${version} now; ${rows} data keys were wrapped with it.`,
  );
}

function index(): Command {
  return replacing(
    new Command("index").summary(
      "make a new index key, and with it all that emails, phones and words are found by, in every workspace",
    ),
    rotateIndexKey,
    "rows",
    ({ version, rows }) => `The index key is version ${version} now; ${rows} rows are found by it.`,
  );
}

/** A command that replaces a key in steps, in several workspaces at once: each would wait as long as all of them. */
function replacing(
  command: Command,
  rotate: (rotation: Rotation) => Promise<Rotated>,
  moved: string,
  done: (rotated: Rotated) => string,
): Command {
  return command
    .description("Servers may run meanwhile. It can be interrupted; the next one goes on where it stopped.")
    .option("--alone", "no server runs: do not wait until they know of the new key")
    .addOption(onlyWorkspaceOption())
    .action(({ alone, workspace: stated }: InWorkspaceOptions & { readonly alone?: boolean }) =>
      withKeys(stated, async (database, { inUse: provider }, workspaceIds) => {
        if (workspaceIds.length === 0) throw nothingToRotate();
        const isAlone = alone === true || database.kind === "pglite";
        if (!isAlone) {
          const seconds = SETTLE_MS / 1000;
          console.error(
            `Waiting twice ${seconds} seconds until running servers have loaded their keys anew …`,
          );
        }
        const rotateOne = (workspaceId: string) =>
          rotate({
            database,
            provider,
            workspaceId,
            clock: Date.now,
            settle: async () => void (isAlone || (await sleep(SETTLE_MS))),
            onProgress: (rows) => console.error(`${rows} ${moved} so far`),
          });
        const rotated = await rotateAll(workspaceIds, rotateOne);
        await inEach(workspaceIds, async (workspaceId) => {
          const result = rotated.get(workspaceId);
          if (result?.status === "rejected") throw result.reason;
          if (result !== undefined) console.log(done(result.value));
        });
      }),
    );
}

async function rotateAll(
  workspaceIds: readonly string[],
  rotateOne: (workspaceId: string) => Promise<Rotated>,
): Promise<ReadonlyMap<string, PromiseSettledResult<Rotated>>> {
  const rotated = new Map<string, PromiseSettledResult<Rotated>>();
  for (let from = 0; from < workspaceIds.length; from += ROTATED_AT_ONCE) {
    const some = workspaceIds.slice(from, from + ROTATED_AT_ONCE);
    const results = await Promise.allSettled(some.map(rotateOne));
    for (const [index, result] of results.entries()) rotated.set(some[index] ?? "", result);
  }
  return rotated;
}
