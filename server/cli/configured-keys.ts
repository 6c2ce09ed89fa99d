import type { Environment } from "../environment.ts";
import { fileKeyProvider } from "../privacy/file-key-provider.ts";
import { httpKeyProvider } from "../privacy/http-key-provider.ts";
import type { KeyProvider } from "../privacy/key-provider.ts";
import { givenKeyProvider } from "../privacy/root-keys.ts";
import { Refusal } from "./refusal.ts";

export interface ConfiguredKeys {
  /** Wraps what is new. */
  readonly inUse: KeyProvider;
  /** All that the settings name: more than one while keys move from one to another. */
  readonly all: readonly KeyProvider[];
}

/** Where the root key is, as the settings say: KMS_URL before ROOT_KEY before ROOT_KEY_FILE. `onCreate`: see fileKeyProvider.
 *  In production, a server's root key is never made in a place that nobody chose: a container's disk goes with the container. */
export function configuredKeys(environment: Environment, onCreate: (path: string) => void): ConfiguredKeys {
  const { KMS_URL: url, KMS_TOKEN: token, ROOT_KEY: roots, ROOT_KEY_FILE: file } = environment;
  const isServer = environment.DATABASE_URL !== undefined;
  if (environment.NODE_ENV === "production" && isServer && (url ?? roots ?? file) === undefined) {
    throw new Refusal([
      "In production, say where the root key is kept: set ROOT_KEY_FILE (made on the first start), ROOT_KEY or KMS_URL.",
      "Without it the database cannot be read, so it must outlive this machine or container. See docs/keys.md.",
    ]);
  }
  const root =
    roots === undefined
      ? fileKeyProvider(file ?? `${environment.DATA_DIR}.root.key`, onCreate)
      : givenKeyProvider(roots, "ROOT_KEY");
  if (url === undefined) return { inUse: root, all: [root] };
  const kms = httpKeyProvider(url, token ?? null);
  return { inUse: kms, all: [kms, root] };
}

/** What has to be said once, when a root key was made. */
export function rootKeyNotice(path: string): readonly string[] {
  return [
    `A root key was made: ${path}`,
    "  Copy it now to a safe place that is not where the database's backups are. Everything in the database is",
    "  encrypted with it: if it is lost, nobody can read the data again, from no backup.",
  ];
}
