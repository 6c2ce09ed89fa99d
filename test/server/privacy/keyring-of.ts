import { createSecretKey } from "node:crypto";
import type { Keyring } from "../../../server/privacy/keyring.ts";

/** A keyring of known keys, for what needs no database. */
export function keyringOf(workspaceId: string, indexVersions: readonly number[] = [1]): Keyring {
  const wrappingKey = { version: 1, secret: secret(1) };
  const [writing = 1, ...others] = indexVersions;
  const indexKey = (version: number) => ({ version, secret: secret(100 + version) });
  return {
    workspaceId,
    wrappingKey,
    workspaceKeys: new Map([[1, wrappingKey]]),
    indexKeys: [indexKey(writing), ...others.map(indexKey)],
  };
}

const secret = (fill: number) => createSecretKey(Buffer.alloc(32, fill));
