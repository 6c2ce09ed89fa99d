import type { Caller } from "../access/caller.ts";
import { AppError } from "../app-error.ts";
import { parseId } from "../http/parse-id.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "./api-keys.ts";
import type { NewKey } from "./key-contract.ts";
import { createKeyOperation, listKeysOperation, revokeKeyOperation } from "./key-operations-contract.ts";

/** The API keys of a workspace. */
export function keyOperations({ database, clock }: Services): readonly Served[] {
  return [
    serve(listKeysOperation, async ({ caller }) => {
      return listApiKeys(database, caller.workspaceId, clock());
    }),

    serve(createKeyOperation, async ({ body: { label, scopes, expiresAt }, caller }) => {
      refuseMoreThanOwn(caller, scopes);
      const expiry = expiresAt === null ? null : Date.parse(expiresAt);
      const options = { scopes, expiresAt: expiry, actor: caller.actor };
      const { key, view } = await createApiKey(database, caller.workspaceId, label, clock(), options);
      return { ...view, key };
    }),

    serve(revokeKeyOperation, async ({ params, caller: { workspaceId, actor } }) => {
      const keyId = parseId(params.id);
      const wasLive =
        keyId !== null && (await revokeApiKey(database, { workspaceId, keyId }, clock(), actor));
      if (!wasLive) {
        throw new AppError("key_not_found", "There is no such API key, or it was revoked before.");
      }
    }),
  ];
}

/** Who could hand out more than they may would may everything. */
function refuseMoreThanOwn(caller: Caller, scopes: NewKey["scopes"]): void {
  if (caller.kind !== "key") return;
  const lacking = scopes.filter((scope) => !caller.scopes.includes(scope));
  if (lacking.length === 0) return;
  throw new AppError(
    "forbidden",
    `An API key makes no key with scopes that it does not have: yours lacks ${lacking.join(", ")}.`,
  );
}
