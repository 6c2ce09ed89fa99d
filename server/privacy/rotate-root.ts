import { AppError } from "../app-error.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import type { KeyProvider } from "./key-provider.ts";
import { openKeyBytes, readWorkspaceKeys } from "./workspace-keys.ts";

/** Makes a new root key where the provider does that itself, and wraps every key of the workspace with the newest one; returns
 *  how many; 0 for a workspace that has none. `from`: the providers that may have wrapped them until now, for moving from one to another.
 *  All or nothing, and servers that run do not notice: the keys themselves stay. Other workspaces are rotated likewise,
 *  whenever; root keys that wrapped something stay where they are. */
export async function rotateRoot(
  database: Database,
  to: KeyProvider,
  workspaceId: string,
  from: readonly KeyProvider[] = [to],
): Promise<number> {
  const rows = await readWorkspaceKeys(database, workspaceId);
  const opened: { readonly row: (typeof rows)[number]; readonly key: Uint8Array }[] = [];
  for (const row of rows) {
    const provider = from.find(({ name }) => name === row.provider) ?? to;
    opened.push({ row, key: await openKeyBytes(provider, workspaceId, row) });
  }
  if (opened.length === 0) return 0;
  // Not before everything opens: a root key that could not be put to use would only be one more to keep.
  await to.renew?.();
  const wrapped: { readonly row: (typeof rows)[number]; readonly anew: Uint8Array }[] = [];
  for (const { row, key } of opened) {
    const context = { workspaceId, kind: row.kind, version: row.version };
    const anew = await to.wrap(key, context);
    // What was wrapped before is about to be overwritten.
    if (!Buffer.from(key).equals(await to.unwrap(anew, context))) throw unfaithful(to);
    wrapped.push({ row, anew });
  }
  await inWorkspace(database, workspaceId, async (tx) => {
    for (const { row, anew } of wrapped) {
      const changed = await tx.raw(
        `update workspace_keys set wrapped = :anew, provider = :provider
         where workspace_id = :workspaceId and kind = :kind and version = :version and wrapped = :before
         returning version`,
        {
          workspaceId,
          kind: row.kind,
          version: row.version,
          provider: to.name,
          anew,
          before: row.wrapped,
        },
      );
      if (changed.length === 0) throw overtaken();
    }
  });
  return wrapped.length;
}

function unfaithful({ place }: KeyProvider): AppError {
  return new AppError(
    "keys_unavailable",
    `${place} does not give back what it wrapped. Nothing was changed in the database.`,
  );
}

function overtaken(): AppError {
  return new AppError(
    "keys_unavailable",
    "Another process rotates the keys of this workspace at this moment. Nothing was changed in the database: try again.",
  );
}
