import { createHash, createSecretKey, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { AppError } from "../app-error.ts";
import type { KeyContext, KeyProvider } from "./key-provider.ts";
import { seal, unseal } from "./seal.ts";

export const ROOT_KEY_BYTES = 32;
const ID_BYTES = 8;

/** A root key and what it is told by: the beginning of a hash of it, which says nothing of the key. */
export interface RootKey {
  readonly id: string;
  readonly secret: KeyObject;
}

/** Root keys, the one that wraps first; the others open what they wrapped before. */
export type RootKeys = readonly [RootKey, ...RootKey[]];

/** Reads a root key from its base64; null unless it is one, in its only spelling. */
export function parseRootKey(text: string): RootKey | null {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== ROOT_KEY_BYTES || bytes.toString("base64") !== text) return null;
  return rootKeyOf(bytes);
}

/** A new root key, and its base64 to keep. */
export function newRootKey(): { readonly root: RootKey; readonly text: string } {
  const bytes = randomBytes(ROOT_KEY_BYTES);
  return { root: rootKeyOf(bytes), text: bytes.toString("base64") };
}

function rootKeyOf(bytes: Uint8Array): RootKey {
  const hash = createHash("sha256").update("customer-enrichment root key id\0").update(bytes).digest();
  return { id: hash.subarray(0, ID_BYTES).toString("hex"), secret: createSecretKey(bytes) };
}

/** The name of providers that have the root keys themselves, wherever from: what one wrapped, another opens. */
export const ROOT_KEY_PROVIDER = "root_key";

/** Wraps with the first root key: its id, and the key sealed for its context. */
export function wrapWithRoot([root]: RootKeys, key: Uint8Array, context: KeyContext): Buffer {
  return Buffer.concat([Buffer.from(root.id, "hex"), seal(sealing(root), placeOf(context), key)]);
}

/** Opens what `wrapWithRoot` made, with the root key that it names. `place` is for the refusal. */
export function unwrapWithRoot(
  roots: RootKeys,
  wrapped: Uint8Array,
  context: KeyContext,
  place: string,
): Buffer {
  const id = rootIdOf(wrapped);
  const root = roots.find((one) => one.id === id);
  if (root === undefined) {
    const has = roots.map((one) => one.id).join(", ");
    throw new AppError(
      "keys_unavailable",
      `The root key in ${place} does not open workspace keys of this database; ` +
        `they need the root key ${id}, and there is ${has}. Put the right one back: without it the data stays unreadable.`,
    );
  }
  try {
    return unseal(sealing(root), placeOf(context), wrapped.subarray(ID_BYTES));
  } catch (cause) {
    const message =
      `The ${context.kind} key ${context.version} of workspace ${context.workspaceId} is damaged: ` +
      `the root key ${id} in ${place} wrapped it and does not open it. Restore workspace_keys from a backup.`;
    throw new AppError("keys_unavailable", message, { cause });
  }
}

/** Which root key wrapped this. */
export function rootIdOf(wrapped: Uint8Array): string {
  return Buffer.from(wrapped.subarray(0, ID_BYTES)).toString("hex");
}

const sealing = ({ secret }: RootKey) => ({ version: 1, secret });
const placeOf = ({ workspaceId, kind, version }: KeyContext) => ({
  workspaceId,
  table: "workspace_keys",
  column: "wrapped",
  row: `${kind}/${version}`,
});

/** Root keys that are given from outside and stay as they are, such as ROOT_KEY's. */
export function givenKeyProvider(roots: RootKeys, place: string): KeyProvider {
  return {
    name: ROOT_KEY_PROVIDER,
    place,
    wrap: async (key, context) => wrapWithRoot(roots, key, context),
    unwrap: async (wrapped, context) => unwrapWithRoot(roots, wrapped, context, place),
  };
}
