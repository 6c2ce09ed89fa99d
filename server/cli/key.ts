import { Command, Option } from "commander";
import { SCOPES, type Scope } from "../access/permission-contract.ts";
import { parseKey, parseKeyName } from "../workspaces/api-key-format.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "../workspaces/api-keys.ts";
import { KEY_CACHE_MS } from "../workspaces/key-cache.ts";
import { KeyLabel, KeyScopes, type KeyView } from "../workspaces/key-contract.ts";
import { install, withDatabase } from "./installation.ts";
import { Refusal } from "./refusal.ts";
import { aligned } from "./table.ts";
import { operator } from "./with-store.ts";
import { chosenWorkspace, workspaceOption, type InWorkspaceOptions } from "./workspace-option.ts";

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, y: 365 * 86_400_000 } as const;
const YEARS_MAX = 100; // further is a slip of the finger

export function keyCommand(): Command {
  return new Command("key").summary("API keys").addCommand(create()).addCommand(list()).addCommand(revoke());
}

interface CreateOptions extends InWorkspaceOptions {
  readonly label: string;
  readonly scope: readonly string[];
  readonly expires?: string;
}

function create(): Command {
  const scope = new Option("--scope <scope>", "* what it may do (default: everything)")
    .choices(SCOPES)
    .argParser((value: string, before: readonly string[] = []) => [...before, value])
    .default([], "everything");
  return new Command("create")
    .summary("make an API key and print it, alone, on standard output")
    .description("Options marked * may be given several times.")
    .option("--label <text>", "what it is for, to tell it from others", "command line")
    .addOption(scope)
    .option("--expires <when>", "a time from now, such as 90d, 12h or 1y, or a date (default: never)")
    .addOption(workspaceOption())
    .action(async ({ label, scope: stated, expires, workspace }: CreateOptions) => {
      const now = Date.now();
      const expiresAt = expires === undefined ? null : parseExpiry(expires, now);
      const [name, scopes] = [parseLabel(label), parseScopes(stated)];
      const key = await withDatabase(async (database) => {
        const workspaceId = await chosenWorkspace(database, workspace);
        const options = { scopes, expiresAt, actor: operator() };
        return (await createApiKey(database, workspaceId, name, now, options)).key;
      });
      console.log(key);
    });
}

function parseLabel(stated: string): string {
  const label = KeyLabel.safeParse(stated);
  if (label.success) return label.data;
  throw new Refusal([`--label ${label.error.issues[0]?.message ?? "is not valid"}`]);
}

function parseScopes(stated: readonly string[]): readonly Scope[] {
  if (stated.length === 0) return SCOPES;
  const scopes = KeyScopes.safeParse([...new Set(stated)]);
  if (scopes.success) return scopes.data;
  throw new Refusal([`--scope takes ${SCOPES.join(", ")}; give it once for each`]);
}

/** Milliseconds since the epoch. */
function parseExpiry(stated: string, now: number): number {
  const [, count, unit] = /^([1-9][0-9]{0,4})(m|h|d|y)$/u.exec(stated) ?? [];
  const isUnit = unit === "m" || unit === "h" || unit === "d" || unit === "y";
  const isDate = /^\d{4}-\d\d-\d\d(T.+)?$/u.test(stated);
  const at = isUnit ? now + Number(count) * UNIT_MS[unit] : isDate ? Date.parse(stated) : NaN;
  if (Number.isNaN(at) || at > now + YEARS_MAX * UNIT_MS.y) {
    throw new Refusal([
      "--expires takes a time from now, such as 90d, 12h or 1y, or a date such as 2027-06-01",
    ]);
  }
  if (at <= now) throw new Refusal(["--expires must lie ahead"]);
  return at;
}

function list(): Command {
  return new Command("list")
    .summary("the API keys, those that ended included, and when each was last used")
    .addOption(workspaceOption())
    .option("--json", "as the HTTP interface answers it")
    .action(async ({ workspace, json }: InWorkspaceOptions & { readonly json?: boolean }) => {
      const keys = await withDatabase(async (database) => {
        const workspaceId = await chosenWorkspace(database, workspace);
        return listApiKeys(database, workspaceId, Date.now());
      });
      const lines = json === true ? [JSON.stringify(keys, null, 2)] : keyTable(keys.keys);
      for (const line of lines) console.log(line);
    });
}

const day = (at: string | null) => at?.slice(0, 16).replace("T", " ") ?? "never";

function keyTable(keys: readonly KeyView[]): readonly string[] {
  if (keys.length === 0) return ["There are no API keys: `enrich key create` makes one."];
  const rows = keys.map(({ label, state, scopes, expiresAt, lastUsedAt, name }) => [
    label,
    state,
    scopes.length === SCOPES.length ? "everything" : scopes.join(" "),
    day(expiresAt),
    day(lastUsedAt),
    name,
  ]);
  return aligned([["LABEL", "STATE", "SCOPES", "EXPIRES", "LAST USED", "KEY"], ...rows]);
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
        return revokeApiKey(database, name, Date.now(), operator());
      });
      if (!wasLive) {
        throw new Refusal(["The key was not live: it is unknown here, or was revoked before."], 1);
      }
      console.log(
        `Revoked. The key was live; running servers refuse it within ${KEY_CACHE_MS / 1000} seconds.`,
      );
    });
}
