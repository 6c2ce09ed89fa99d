import { loadPack } from "../../engine/rules/load-pack.ts";
import type { RuleFile, RulePack } from "../../engine/rules/pack.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceTransaction } from "../database/in-workspace.ts";

/** What a process knows to be kept, by database: asked once for each workspace and pack, and not for every turn. */
const kept = new WeakMap<Database, Set<string>>();

/** Keeps the files of a pack, unless they are kept already: it has to be done before the first turn that the pack decides.
 *  `now`: milliseconds since the epoch. */
export async function keepPack(
  database: Database,
  workspaceId: string,
  pack: RulePack,
  now: number,
): Promise<void> {
  const known = kept.get(database) ?? new Set();
  kept.set(database, known);
  const key = `${workspaceId} ${pack.hash}`;
  if (known.has(key)) return;
  await inWorkspace(database, workspaceId, (tx) =>
    tx.last(
      `insert into rule_packs (workspace_id, hash, files, created_at)
       values (:workspaceId, :hash, cast(:files as json), :now) on conflict (workspace_id, hash) do nothing`,
      { workspaceId, hash: pack.hash, files: JSON.stringify(pack.files), now: new Date(now) },
    ),
  );
  known.add(key);
}

/** A pack as it was kept, or a sentence that says why there is none. */
export type KeptPack = { readonly pack: RulePack } | { readonly problem: string };

/** Finds kept packs by hash, each of them compiled once. */
export function keptPacks(): (tx: WorkspaceTransaction, hash: string) => Promise<KeptPack> {
  const found = new Map<string, KeptPack>();
  return async (tx, hash) => {
    const known = found.get(hash) ?? (await readPack(tx, hash));
    found.set(hash, known);
    return known;
  };
}

async function readPack(tx: WorkspaceTransaction, hash: string): Promise<KeptPack> {
  const [row] = await tx.prepared<{ files: string }>(
    "select cast(files as text) as files from rule_packs where workspace_id = :workspaceId and hash = :hash",
    { workspaceId: tx.workspaceId, hash },
  );
  const name = `the rule pack ${hash.slice(0, 12)}`;
  if (row === undefined) return { problem: `${name} was not kept` };
  const files: readonly RuleFile[] = JSON.parse(row.files);
  const loaded = loadPack(files, { tests: "skip" });
  if ("problems" in loaded) return { problem: `${name} is not valid for this version of the program` };
  if (loaded.pack.hash !== hash) return { problem: `${name} was changed in the database` };
  return { pack: loaded.pack };
}
