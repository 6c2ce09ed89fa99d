import * as fc from "fast-check";
import { v7 } from "uuid";
import { describe, expect, test } from "vitest";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { newKey, parseKey, parseKeyName } from "../../../server/workspaces/api-key-format.ts";
import {
  createApiKey,
  hasLiveApiKey,
  revokeApiKey,
  verifyApiKey,
} from "../../../server/workspaces/api-keys.ts";
import { createKeyCache, KEY_CACHE_MS } from "../../../server/workspaces/key-cache.ts";
import {
  createWorkspace,
  ensureFirstWorkspace,
  FIRST_WORKSPACE_ID,
} from "../../../server/workspaces/workspaces.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";

const NOW = Date.UTC(2026, 0, 1);
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
    expect(await verifyApiKey(database(), key)).toEqual({ workspaceId, keyId });
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
      expect(await verifyApiKey(database(), attempt)).toBeNull();
    }
  });

  test("a revoked key is refused, by a server that knew it after a few seconds", async () => {
    const workspaceId = await createWorkspace(database(), "One", NOW);
    const { keyId, key } = await createApiKey(database(), workspaceId, "till", NOW);
    let now = NOW;
    const cache = createKeyCache(database(), () => now);
    expect(await cache.verify(key)).toEqual({ workspaceId, keyId });
    const trips = database().statistics.trips;
    expect(await cache.verify(key)).toEqual({ workspaceId, keyId });
    expect(database().statistics.trips).toBe(trips);

    expect(await revokeApiKey(database(), { workspaceId, keyId }, NOW)).toBe(true);
    expect(await revokeApiKey(database(), { workspaceId, keyId }, NOW)).toBe(false);
    expect(await verifyApiKey(database(), key)).toBeNull();
    now += KEY_CACHE_MS;
    expect(await cache.verify(key)).toBeNull();
  });

  test("a workspace cannot revoke another's key", async () => {
    const [mine, theirs] = [
      await createWorkspace(database(), "A", NOW),
      await createWorkspace(database(), "B", NOW),
    ];
    const { keyId, key } = await createApiKey(database(), theirs, "till", NOW);
    expect(await revokeApiKey(database(), { workspaceId: mine, keyId }, NOW)).toBe(false);
    expect(await verifyApiKey(database(), key)).not.toBeNull();
  });

  test("a workspace has a live key from the first that is made until the last is revoked", async () => {
    const [mine, theirs] = [
      await createWorkspace(database(), "A", NOW),
      await createWorkspace(database(), "B", NOW),
    ];
    const has = () => hasLiveApiKey(database(), mine);
    await createApiKey(database(), theirs, "till", NOW);
    expect(await has()).toBe(false);
    const keys = [
      await createApiKey(database(), mine, "one", NOW),
      await createApiKey(database(), mine, "two", NOW),
    ];
    for (const { keyId } of keys) {
      expect(await has()).toBe(true);
      await revokeApiKey(database(), { workspaceId: mine, keyId }, NOW);
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
