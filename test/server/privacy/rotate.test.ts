import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { v7 } from "uuid";
import { describe, expect, test } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { fileKeyProvider } from "../../../server/privacy/file-key-provider.ts";
import type { KeyProvider } from "../../../server/privacy/key-provider.ts";
import { createKeyrings } from "../../../server/privacy/keyrings.ts";
import { newDataKey, openDataKey } from "../../../server/privacy/keyring.ts";
import type { Keyring, WrappedDataKey } from "../../../server/privacy/keyring.ts";
import { givenKeyProvider, newRootKey, rootIdOf } from "../../../server/privacy/root-keys.ts";
import { rotateRoot } from "../../../server/privacy/rotate-root.ts";
import { rotateWorkspaceKey, SETTLE_MS } from "../../../server/privacy/rotate-workspace.ts";
import { seal, unsealText } from "../../../server/privacy/seal.ts";
import { loadKeyring, readWorkspaceKeys } from "../../../server/privacy/workspace-keys.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";

const NOW = Date.UTC(2026, 0, 1);
const freshFile = () => join(mkdtempSync(join(tmpdir(), "enrich-root-")), "root.key");
const freshRoot = () => givenKeyProvider([newRootKey().root], "ROOT_KEY");
const atOnce = async () => {};

/** A subject with a sealed value, as the tables of customers will have them. */
async function addSubject(
  database: Database,
  keyring: Keyring,
): Promise<{ subjectId: string; sealed: Buffer }> {
  const subjectId = v7();
  const { key, row } = newDataKey(keyring, subjectId);
  await inWorkspace(database, keyring.workspaceId, (tx) =>
    tx.raw(
      `insert into data_keys (workspace_id, subject_id, workspace_key_version, wrapped)
       values (:workspaceId, :subjectId, :version, :wrapped)`,
      { workspaceId: tx.workspaceId, subjectId, version: row.key_version, wrapped: row.key_wrapped },
    ),
  );
  return { subjectId, sealed: seal(key, placeOf(keyring, subjectId), `of ${subjectId}`) };
}

async function read(
  database: Database,
  keyring: Keyring,
  subjectId: string,
  sealed: Buffer,
): Promise<string> {
  const [row] = await inWorkspace(database, keyring.workspaceId, (tx) =>
    tx.raw<WrappedDataKey>(
      `select workspace_key_version as key_version, wrapped as key_wrapped from data_keys
       where workspace_id = :workspaceId and subject_id = :subjectId`,
      { workspaceId: tx.workspaceId, subjectId },
    ),
  );
  if (row === undefined) throw new Error("the subject has no key");
  return unsealText(openDataKey(keyring, subjectId, row), placeOf(keyring, subjectId), sealed);
}

const placeOf = ({ workspaceId }: Keyring, row: string) => ({
  workspaceId,
  table: "notes",
  column: "text",
  row,
});

async function versionsOf(database: Database, workspaceId: string): Promise<Record<number, number>> {
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    tx.raw<{ version: number; count: number }>(
      "select workspace_key_version as version, count(*)::int as count from data_keys group by 1 order by 1",
    ),
  );
  return Object.fromEntries(rows.map(({ version, count }) => [version, count]));
}

describe.each(DATABASE_KINDS)("rotating the root on %s", (kind) => {
  const database = useDatabase(kind);

  test("adds a root key to the file and wraps every key with it; the keys stay what they were", async () => {
    const [id, path] = [await createWorkspace(database(), "W", NOW), freshFile()];
    const running = fileKeyProvider(path);
    const before = await loadKeyring(database(), running, id, NOW);
    const [old] = await readWorkspaceKeys(database(), id);
    expect(await rotateRoot(database(), fileKeyProvider(path), id)).toBe(2);

    const rows = await readWorkspaceKeys(database(), id);
    expect(rows.map(({ wrapped }) => rootIdOf(wrapped))).not.toContain(rootIdOf(old?.wrapped ?? key()));
    for (const provider of [running, fileKeyProvider(path)]) {
      const after = await loadKeyring(database(), provider, id, NOW);
      expect(after.wrappingKey.secret.equals(before.wrappingKey.secret)).toBe(true);
      expect(after.indexKeys[0].secret.equals(before.indexKeys[0].secret)).toBe(true);
    }
  });

  test("moves the keys from a file to a service and from an old ROOT_KEY to a new one", async () => {
    const id = await createWorkspace(database(), "W", NOW);
    const file = fileKeyProvider(freshFile());
    const [first, second] = [newRootKey().root, newRootKey().root];
    const kms: KeyProvider = { ...givenKeyProvider([first], "https://kms.example"), name: "kms" };
    const before = await loadKeyring(database(), file, id, NOW);
    await rotateRoot(database(), kms, id, [kms, file]);
    await expect(loadKeyring(database(), file, id, NOW)).rejects.toThrow('wrapped by "kms"');
    await rotateRoot(database(), givenKeyProvider([second, first], "ROOT_KEY"), id, [kms]);
    const after = await loadKeyring(database(), givenKeyProvider([second], "ROOT_KEY"), id, NOW);
    expect(after.wrappingKey.secret.equals(before.wrappingKey.secret)).toBe(true);
  });

  test("changes nothing when the new keeper does not give back what it wrapped, or when the old does not open", async () => {
    const [id, root] = [await createWorkspace(database(), "W", NOW), freshRoot()];
    await loadKeyring(database(), root, id, NOW);
    const before = await readWorkspaceKeys(database(), id);
    const liar: KeyProvider = { ...freshRoot(), name: "kms", unwrap: async () => key() };
    await expect(rotateRoot(database(), liar, id, [liar, root])).rejects.toThrow(/does not give back/u);
    await expect(rotateRoot(database(), freshRoot(), id)).rejects.toThrow(/does not open/u);
    expect(await readWorkspaceKeys(database(), id)).toEqual(before);
  });
});

describe.each(DATABASE_KINDS)("rotating the workspace key on %s", (kind) => {
  const database = useDatabase(kind);

  test("wraps every data key anew in batches, retires the old key, and every value stays readable", async () => {
    const [workspaceId, provider] = [await createWorkspace(database(), "W", NOW), freshRoot()];
    const keyring = await loadKeyring(database(), provider, workspaceId, NOW);
    const subjects = [];
    for (let n = 0; n < 1_100; n += 1) subjects.push(await addSubject(database(), keyring));
    const progress: number[] = [];
    const rotation = {
      database: database(),
      provider,
      workspaceId,
      clock: () => NOW + 1,
      settle: atOnce,
      onProgress: (rows: number) => void progress.push(rows),
    };
    expect(await rotateWorkspaceKey(rotation)).toEqual({ version: 2, rows: 1_100 });
    expect(progress).toEqual([500, 1_000, 1_100]);
    expect(await versionsOf(database(), workspaceId)).toEqual({ 2: 1_100 });
    expect(
      (await readWorkspaceKeys(database(), workspaceId)).filter((row) => row.kind === "data"),
    ).toMatchObject([
      { version: 2, activatedAt: new Date(NOW + 1), retiredAt: null },
      { version: 1, retiredAt: new Date(NOW + 1) },
    ]);
    const after = await loadKeyring(database(), provider, workspaceId, NOW);
    for (const { subjectId, sealed } of subjects.slice(0, 50)) {
      expect(await read(database(), after, subjectId, sealed)).toBe(`of ${subjectId}`);
    }
  });

  test("goes on where it was interrupted, at whichever step", async () => {
    const [workspaceId, provider] = [await createWorkspace(database(), "W", NOW), freshRoot()];
    const keyring = await loadKeyring(database(), provider, workspaceId, NOW);
    for (let n = 0; n < 600; n += 1) await addSubject(database(), keyring);
    let steps = 0;
    const attempt = (stepsMax: number) => {
      steps = 0;
      const step = () => {
        if ((steps += 1) > stepsMax) throw new Error("interrupted");
      };
      const rotation = { database: database(), provider, workspaceId, clock: () => NOW };
      return rotateWorkspaceKey({ ...rotation, settle: async () => step(), onProgress: step });
    };
    for (const stepsMax of [0, 1, 1]) await expect(attempt(stepsMax)).rejects.toThrow("interrupted");
    expect(await attempt(9)).toMatchObject({ version: 2 });
    expect(await versionsOf(database(), workspaceId)).toEqual({ 2: 600 });
    expect(await attempt(9)).toEqual({ version: 3, rows: 600 });
  });

  test("goes unnoticed by a server that runs: everybody can read and write at every step", async () => {
    const [workspaceId, provider] = [await createWorkspace(database(), "W", NOW), freshRoot()];
    let now = NOW;
    const running = createKeyrings(database(), provider, () => now);
    const subjects: Awaited<ReturnType<typeof addSubject>>[] = [];
    const serve = async () => {
      const keyring = await running.of(workspaceId);
      subjects.push(await addSubject(database(), keyring));
      for (const { subjectId, sealed } of subjects) {
        expect(await read(database(), keyring, subjectId, sealed)).toBe(`of ${subjectId}`);
      }
      return keyring.wrappingKey.version;
    };
    const versions = [await serve()];
    const settle = async () => {
      versions.push(await serve()); // has not heard of the last step yet
      now += SETTLE_MS;
      versions.push(await serve());
    };
    const rotation = { database: database(), provider, workspaceId, clock: () => now, settle };
    await rotateWorkspaceKey(rotation);
    versions.push(await serve());
    expect(versions).toEqual([1, 1, 1, 1, 2, 2]);
    expect(await versionsOf(database(), workspaceId)).toEqual({ 2: subjects.length });
  });
});

function key(): Buffer {
  return Buffer.alloc(32);
}
