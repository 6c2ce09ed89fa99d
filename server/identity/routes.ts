import { AppError } from "../app-error.ts";
import { errorCode } from "../error-code.ts";
import { parseId } from "../http/parse-id.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { createChallenge } from "./challenges.ts";
import type { IdentityKeys } from "./key-cache.ts";
import { createIdentityKey, listIdentityKeys, revokeIdentityKey } from "./keys.ts";
import {
  createChallengeOperation,
  createIdentityKeyOperation,
  listIdentityKeysOperation,
  revokeIdentityKeyOperation,
  verifyCodeOperation,
} from "./operations-contract.ts";
import { verifyCode } from "./verify-code.ts";

/** How people prove that an address is theirs: keys for signed identities, and codes by mail. */
export function identityOperations(services: Services, keys: IdentityKeys): readonly Served[] {
  const { clock, mailer, log } = services;
  return [
    serve(listIdentityKeysOperation, async ({ caller }) => ({
      keys: [...(await listIdentityKeys(services, caller.workspaceId))],
    })),

    serve(createIdentityKeyOperation, async ({ body, caller: { workspaceId } }) => {
      const made = await createIdentityKey(services, workspaceId, body, clock());
      keys.forget(workspaceId);
      return made;
    }),

    serve(revokeIdentityKeyOperation, async ({ params, caller: { workspaceId } }) => {
      const id = parseId(params.id);
      if (id === null) throw new AppError("identity_key_not_found", "There is no such identity key.");
      await revokeIdentityKey(services, workspaceId, id, clock());
      keys.forget(workspaceId);
    }),

    serve(createChallengeOperation, async ({ body, caller: { workspaceId } }) => {
      if (mailer === null) {
        throw new AppError(
          "mail_not_configured",
          "No code can be mailed: set SMTP_URL and MAIL_FROM and start the server again.",
        );
      }
      const { mail, ...view } = await createChallenge(services, workspaceId, body, clock());
      // Not awaited: how long the mail server takes would tell whether a mail was sent. Nor is the error logged as it is: the
      // address may stand in it.
      if (mail !== null) {
        mailer.send(mail).catch((error: unknown) => {
          log.error({ code: errorCode(error), challengeId: view.challengeId }, "a code could not be mailed");
        });
      }
      return view;
    }),

    serve(verifyCodeOperation, async ({ body, caller: { workspaceId, actor } }) => ({
      verified: await verifyCode(services, workspaceId, body, actor, clock()),
    })),
  ];
}
