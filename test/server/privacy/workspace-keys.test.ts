import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { fileKeyProvider } from "../../../server/privacy/file-key-provider.ts";
import type { KeyProvider } from "../../../server/privacy/key-provider.ts";
import { createKeyrings, KEYRING_CACHE_MS } from "../../../server/privacy/keyrings.ts";
import { newDataKey, openDataKey } from "../../../server/privacy/keyring.ts";
import type { Keyring } from "../../../server/privacy/keyring.ts";
import { givenKeyProvider, newRootKey } from "../../../server/privacy/root-keys.ts";
import { loadKeyring, readWorkspaceKeys } from "../../../server/privacy/workspace-keys.ts";
import { createWorkspace } from "../../../server/workspaces/workspaces.ts";
import { asTwoProcesses, DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";

const NOW = Date.UTC(2026, 0, 1);
const freshRoot = () => givenKeyProvider([newRootKey().root], "ROOT_KEY");
const workspace = (database: Database) => createWorkspace(database, "W", NOW);

/** Counts what is asked of a provider. */
function counted(provider: KeyProvider) {
  const asked = { wrap: 0, unwrap: 0 };
  const counting: KeyProvider = {
    ...provider,
    wrap: (...of) => ((asked.wrap += 1), provider.wrap(...of)),
    unwrap: (...of) => ((asked.unwrap += 1), provider.unwrap(...of)),
  };
  return { asked, provider: counting };
}

function isSame(a: Keyring, b: Keyring): boolean {
  const { key, row } = newDataKey(a, a.workspaceId);
  return (
    openDataKey(b, b.workspaceId, row).secret.equals(key.secret) &&
    a.indexKeys[0].secret.equals(b.indexKeys[0].secret)
  );
}

describe.each(DATABASE_KINDS)("workspace keys on %s", (kind) => {
  const database = useDatabase(kind);

  test("are made once and then loaded, wrapped in the database and open in the keyring", async () => {
    const [id, root] = [await workspace(database()), freshRoot()];
    const first = await loadKeyring(database(), root, id, NOW);
    const second = await loadKeyring(database(), root, id, NOW + 1);
    expect(isSame(first, second)).toBe(true);
    expect(first.wrappingKey.secret.equals(first.indexKeys[0].secret)).toBe(false);

    const rows = await readWorkspaceKeys(database(), id);
    expect(rows).toMatchObject(
      ["data", "index"].map((kind) => ({
        kind,
        version: 1,
        provider: "root_key",
        createdAt: new Date(NOW),
        activatedAt: new Date(NOW),
        retiredAt: null,
      })),
    );
    const keys = [first.wrappingKey.secret, first.indexKeys[0].secret].map((secret) => secret.export());
    for (const { wrapped } of rows)
      for (const key of keys) expect(Buffer.from(wrapped).includes(key)).toBe(false);
  });

  test("are different ones for every workspace", async () => {
    const root = freshRoot();
    const [a, b] = [await workspace(database()), await workspace(database())];
    const [one, other] = [
      await loadKeyring(database(), root, a, NOW),
      await loadKeyring(database(), root, b, NOW),
    ];
    expect(one.wrappingKey.secret.equals(other.wrappingKey.secret)).toBe(false);
  });

  test("are the same for all who start at once", async () => {
    const [id, root] = [await workspace(database()), freshRoot()];
    const all = await Promise.all(Array.from({ length: 8 }, () => loadKeyring(database(), root, id, NOW)));
    const [first] = all;
    if (first === undefined) throw new Error("nothing was loaded");
    expect(all.every((keyring) => isSame(first, keyring))).toBe(true);
  });

  test("do not open with another root key, and are not made anew", async () => {
    const id = await workspace(database());
    await loadKeyring(database(), freshRoot(), id, NOW);
    const before = await readWorkspaceKeys(database(), id);
    await expect(loadKeyring(database(), freshRoot(), id, NOW)).rejects.toMatchObject({
      code: "keys_unavailable",
      message: expect.stringMatching(
        /^The root key in ROOT_KEY does not open workspace keys of this database;/u,
      ),
    });
    expect(await readWorkspaceKeys(database(), id)).toEqual(before);
  });

  test("do not open without the root key file, which is not made anew either", async () => {
    const id = await workspace(database());
    const path = join(mkdtempSync(join(tmpdir(), "enrich-root-")), "root.key");
    await loadKeyring(database(), fileKeyProvider(path), id, NOW);
    rmSync(path);
    for (const _ of [1, 2]) {
      await expect(loadKeyring(database(), fileKeyProvider(path), id, NOW)).rejects.toMatchObject({
        code: "keys_unavailable",
        message: expect.stringContaining(`There is no root key file ${path}`),
      });
    }
  });

  test("of another provider are refused by its name", async () => {
    const id = await workspace(database());
    await loadKeyring(database(), { ...freshRoot(), name: "kms" }, id, NOW);
    await expect(loadKeyring(database(), freshRoot(), id, NOW)).rejects.toMatchObject({
      code: "keys_unavailable",
      message: expect.stringContaining('wrapped by "kms"'),
    });
  });

  test("that were tampered with or partly lost are refused", async () => {
    const [id, root] = [await workspace(database()), freshRoot()];
    await loadKeyring(database(), root, id, NOW);
    const change = (sql: string) => inWorkspace(database(), id, (tx) => tx.raw(sql));
    await change(`update workspace_keys set wrapped = set_byte(wrapped, 30, get_byte(wrapped, 30) # 1)
      where kind = 'data'`);
    await expect(loadKeyring(database(), root, id, NOW)).rejects.toThrow(/data key 1 .* is damaged/u);
    await change(`delete from workspace_keys where kind = 'data'`);
    await expect(loadKeyring(database(), root, id, NOW)).rejects.toThrow(/has lost some of its keys/u);
  });
});

describe("keyrings", () => {
  const database = useDatabase("pglite");

  test("are loaded once for all who ask at once, then again after a while, without the root key", async () => {
    const id = await workspace(database());
    const { asked, provider } = counted(freshRoot());
    let now = NOW;
    const keyrings = createKeyrings(database(), provider, () => now);
    const [first, second] = await Promise.all([keyrings.of(id), keyrings.of(id)]);
    expect(second).toBe(first);
    expect(asked).toEqual({ wrap: 2, unwrap: 2 });
    now += KEYRING_CACHE_MS - 1;
    expect(await keyrings.of(id)).toBe(first);
    now += 1;
    const later = await keyrings.of(id);
    expect(later).not.toBe(first);
    expect(isSame(first, later)).toBe(true);
    expect(asked).toEqual({ wrap: 2, unwrap: 2 });
  });

  test("that could not be loaded are tried again", async () => {
    const id = await workspace(database());
    const root = freshRoot();
    let isDown = true;
    const provider: KeyProvider = {
      ...root,
      wrap: (...of) => (isDown ? Promise.reject(new Error("down")) : root.wrap(...of)),
    };
    const keyrings = createKeyrings(database(), provider, () => NOW);
    await expect(keyrings.of(id)).rejects.toThrow("down");
    isDown = false;
    expect((await keyrings.of(id)).workspaceId).toBe(id);
  });
});

test("two processes that start at once on one server end with the same keys", async () => {
  await asTwoProcesses(async ([one, other]) => {
    const path = join(mkdtempSync(join(tmpdir(), "enrich-root-")), "root.key");
    for (let round = 0; round < 5; round += 1) {
      const id = await workspace(one);
      const [a, b] = await Promise.all([
        loadKeyring(one, fileKeyProvider(path), id, NOW),
        loadKeyring(other, fileKeyProvider(path), id, NOW),
      ]);
      expect(isSame(a, b)).toBe(true);
      expect(await readWorkspaceKeys(one, id)).toHaveLength(2);
    }
  });
});
