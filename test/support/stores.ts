import { createHash } from "node:crypto";
import type { Database } from "../../server/database/database.ts";
import { createKeyrings } from "../../server/privacy/keyrings.ts";
import { givenKeyProvider, parseRootKey } from "../../server/privacy/root-keys.ts";
import type { Store } from "../../server/privacy/store.ts";

const root = parseRootKey(createHash("sha256").update("the root key of the tests").digest("base64"));
if (root === null) throw new Error("the tests' root key is none");
const provider = givenKeyProvider([root], "the tests");

const stores = new WeakMap<Database, Store>();

/** The database with its keys: the tests' root key is one and the same, so several processes open each other's rows. */
export function storeOf(database: Database): Store {
  const store = stores.get(database) ?? { database, keyrings: createKeyrings(database, provider, Date.now) };
  stores.set(database, store);
  return store;
}
