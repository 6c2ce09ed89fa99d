import * as fc from "fast-check";
import { v7 } from "uuid";
import { describe, expect, test } from "vitest";
import { SCOPES } from "../../../server/access/permission-contract.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { newKey, parseKey, parseKeyName } from "../../../server/workspaces/api-key-format.ts";
import {
  createApiKey,
  hasLiveApiKey,
  listApiKeys,
  revokeApiKey,
  verifyApiKey,
} from "../../../server/workspaces/api-keys.ts";
import { createKeyCache, KEY_CACHE_MS } from "../../../server/workspaces/key-cache.ts";
import { createKeyUse, USE_NOTED_MS } from "../../../server/workspaces/key-use.ts";
import { createLog } from "../../../server/log.ts";
import {
  createWorkspace,
  ensureFirstWorkspace,
  FIRST_WORKSPACE_ID,
} from "../../../server/workspaces/workspaces.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";

const NOW = Date.UTC(2026, 0, 1);
const BY = { kind: "operator", id: "test" } as const;
const KEY_SHAPE = /^ce_[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}$/u;

describe("a key's text", () => {
  const uuid = fc.uuid({ version: 7 });

  test("law: it names its workspace and itself, and nothing of it is stored but a hash", () => {
    fc.assert(
      fc.property(uuid, uuid, (workspaceId, keyId) => {
        const { key, secretHash } = newKey(workspaceId, keyId);
        expect(key).toMatch(KEY_SHAPE);
        expect(parseKey(key)).toEqual({ workspaceId, keyId, secretHash });
        expect(parseKeyName(key.split(".")[0] ?? "")).toEqual({ workspaceId, keyId });
      }),
    );
  });

  test("law: any other text is no key, without a throw", () => {
    const { key } = newKey(v7(), v7());
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.base64String().map((text) => `ce_${text}`),
        ),
        (text) => {
          expect(parseKey(text)).toBeNull();
        },
      ),
    );
    for (const near of [
      `${key}A`,
      ` ${key}`,
      key.slice(1),
      key.replace(".", ""),
      key.toUpperCase(),
      `${key}\n`,
    ]) {
      expect(parseKey(near)).toBeNull();
      expect(parseKeyName(near)).toBeNull();
    }
    expect(parseKey(`ce_${"A".repeat(43)}.${"A".repeat(42)}B`)).toBeNull(); // a second spelling of the same bytes
    expect(parseKey(`ce_${"-".repeat(43)}.${"A".repeat(43)}`)).toBeNull(); // bytes that are no UUID
  });
});

describe.each(DATABASE_KINDS)("API keys on %s", (kind) => {
  const database = useDatabase(kind);

  test("a new key speaks for its workspace, and only its hash is kept", async () => {
    const workspaceId = await createWorkspace(database(), "One", NOW);
    const { keyId, key } = await createApiKey(database(), workspaceId, "till", NOW);
    expect(await verifyApiKey(database(), key, NOW)).toMatchObject({
      workspaceId,
      keyId,
      scopes: SCOPES,
      expiresAt: null,
    });
    const [row] = await inWorkspace(database(), workspaceId, (tx) =>
      tx.raw<{ row: string }>("select row_to_json(api_keys)::text as row from api_keys"),
    );
    expect(row?.row).not.toContain(key.split(".")[1]);
  });

  test("a wrong secret, another workspace's id and an unknown key are refused alike", async () => {
    const [mine, theirs] = [
      await createWorkspace(database(), "A", NOW),
      await createWorkspace(database(), "B", NOW),
    ];
    const { keyId, key } = await createApiKey(database(), mine, "till", NOW);
    const secret = key.split(".")[1];
    const stranger = newKey(theirs, keyId).key;
    const wrong = [
      newKey(mine, keyId).key,
      newKey(mine, v7()).key,
      stranger,
      `${stranger.split(".")[0]}.${secret}`,
    ];
    for (const attempt of [...wrong, "", "ce_", "nonsense"]) {
      expect(await verifyApiKey(database(), attempt, NOW)).toBeNull();
    }
  });

  test("a revoked key is refused, by a server that knew it after a few seconds", async () => {
    const workspaceId = await createWorkspace(database(), "One", NOW);
    const { keyId, key } = await createApiKey(database(), workspaceId, "till", NOW);
    let now = NOW;
    const cache = createKeyCache(database(), () => now);
    expect(await cache.verify(key)).toMatchObject({ workspaceId, keyId, scopes: SCOPES, expiresAt: null });
    const trips = database().statistics.trips;
    expect(await cache.verify(key)).toMatchObject({ workspaceId, keyId, scopes: SCOPES, expiresAt: null });
    expect(database().statistics.trips).toBe(trips);

    expect(await revokeApiKey(database(), { workspaceId, keyId }, NOW, BY)).toBe(true);
    expect(await revokeApiKey(database(), { workspaceId, keyId }, NOW, BY)).toBe(false);
    expect(await verifyApiKey(database(), key, NOW)).toBeNull();
    now += KEY_CACHE_MS;
    expect(await cache.verify(key)).toBeNull();
  });

  test("a key with an expiry is valid until that very millisecond, however lately a server has seen it", async () => {
    const workspaceId = await createWorkspace(database(), "One", NOW);
    const expiresAt = NOW + 2_000;
    const made = await createApiKey(database(), workspaceId, "till", NOW, { scopes: ["chat"], expiresAt });
    let now = NOW;
    const cache = createKeyCache(database(), () => now);
    now = expiresAt - 1;
    expect(await cache.verify(made.key)).toMatchObject({ scopes: ["chat"], expiresAt });
    expect(await hasLiveApiKey(database(), workspaceId, now)).toBe(true);
    now = expiresAt;
    expect(await cache.verify(made.key)).toBeNull();
    expect(await hasLiveApiKey(database(), workspaceId, now)).toBe(false);
    const past = createApiKey(database(), workspaceId, "late", NOW, { expiresAt: NOW });
    await expect(past).rejects.toThrow("must lie ahead");
  });

  test("its use is noted once a minute, and the list tells what became of each key", async () => {
    const workspaceId = await createWorkspace(database(), "One", NOW);
    const old = await createApiKey(database(), workspaceId, "old", NOW, { expiresAt: NOW + 1 });
    const used = await createApiKey(database(), workspaceId, "used", NOW + 1);
    const gone = await createApiKey(database(), workspaceId, "gone", NOW + 2);
    await revokeApiKey(database(), { workspaceId, keyId: gone.keyId }, NOW + 3, BY);
    let now = NOW + 10;
    const note = createKeyUse(database(), () => now, createLog("silent"));
    const listed = async () => (await listApiKeys(database(), workspaceId, now)).keys;
    const lastUse = async () => (await listed()).find(({ id }) => id === used.keyId)?.lastUsedAt;
    for (const at of [NOW + 10, NOW + 20, NOW + USE_NOTED_MS]) {
      now = at;
      note({ workspaceId, keyId: used.keyId });
    }
    await expect.poll(lastUse).toBe(new Date(NOW + 10).toISOString());
    now = NOW + 10 + USE_NOTED_MS;
    note({ workspaceId, keyId: used.keyId });
    await expect.poll(lastUse).toBe(new Date(now).toISOString());
    expect((await listed()).map(({ label, state }) => [label, state])).toEqual([
      ["gone", "revoked"],
      ["used", "live"],
      ["old", "expired"],
    ]);
    expect((await listed())[2]).toEqual({ ...old.view, state: "expired" });
  });

  test("a workspace cannot revoke another's key", async () => {
    const [mine, theirs] = [
      await createWorkspace(database(), "A", NOW),
      await createWorkspace(database(), "B", NOW),
    ];
    const { keyId, key } = await createApiKey(database(), theirs, "till", NOW);
    expect(await revokeApiKey(database(), { workspaceId: mine, keyId }, NOW, BY)).toBe(false);
    expect(await verifyApiKey(database(), key, NOW)).not.toBeNull();
  });

  test("a workspace has a live key from the first that is made until the last is revoked", async () => {
    const [mine, theirs] = [
      await createWorkspace(database(), "A", NOW),
      await createWorkspace(database(), "B", NOW),
    ];
    const has = () => hasLiveApiKey(database(), mine, NOW);
    await createApiKey(database(), theirs, "till", NOW);
    expect(await has()).toBe(false);
    const keys = [
      await createApiKey(database(), mine, "one", NOW),
      await createApiKey(database(), mine, "two", NOW),
    ];
    for (const { keyId } of keys) {
      expect(await has()).toBe(true);
      await revokeApiKey(database(), { workspaceId: mine, keyId }, NOW, BY);
    }
    expect(await has()).toBe(false);
  });

  test("the first workspace is made once, however many processes start at once", async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => ensureFirstWorkspace(database(), NOW)));
    expect(new Set(made)).toEqual(new Set([FIRST_WORKSPACE_ID]));
    const [row] = await inWorkspace(database(), FIRST_WORKSPACE_ID, (tx) =>
      tx.raw<{ made: number }>("select count(*) as made from workspaces"),
    );
    expect(row).toEqual({ made: 1 });
  });
});
