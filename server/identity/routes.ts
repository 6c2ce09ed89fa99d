import { Router } from "express";
import { AppError } from "../app-error.ts";
import { errorCode } from "../error-code.ts";
import { actorOf, workspaceOf } from "../http/authenticate.ts";
import { jsonBody } from "../http/json-body.ts";
import { only } from "../http/only.ts";
import { parseId } from "../http/parse-id.ts";
import { parseBody } from "../http/parse.ts";
import type { Services } from "../http/services.ts";
import { createChallenge } from "./challenges.ts";
import { ChallengeRequest, IdentityKeyRequest, VerifyRequest } from "./contract.ts";
import type { IdentityKeys } from "./key-cache.ts";
import { createIdentityKey, listIdentityKeys, revokeIdentityKey } from "./keys.ts";
import { verifyCode } from "./verify-code.ts";

/** How people prove that an address is theirs: keys for signed identities, and codes by mail. */
export function identityRoutes(services: Services, keys: IdentityKeys): Router {
  const { clock, mailer, log } = services;
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  router
    .route("/v1/identity/keys")
    .get(async (_request, response) => {
      response.json({ keys: await listIdentityKeys(services, workspaceOf(response)) });
    })
    .post(...jsonBody, async (request, response) => {
      const wanted = parseBody(IdentityKeyRequest, request.body);
      const made = await createIdentityKey(services, workspaceOf(response), wanted, clock());
      keys.forget(workspaceOf(response));
      response.status(201).json(made);
    })
    .all(only("GET", "POST"));

  router
    .route("/v1/identity/keys/:id")
    .delete(async (request, response) => {
      const id = parseId(request.params.id);
      if (id === null) throw new AppError("identity_key_not_found", "There is no such identity key.");
      await revokeIdentityKey(services, workspaceOf(response), id, clock());
      keys.forget(workspaceOf(response));
      response.status(204).end();
    })
    .all(only("DELETE"));

  router
    .route("/v1/identity/challenge")
    .post(...jsonBody, async (request, response) => {
      const wanted = parseBody(ChallengeRequest, request.body);
      if (mailer === null) {
        throw new AppError(
          "mail_not_configured",
          "No code can be mailed: set SMTP_URL and MAIL_FROM and start the server again.",
        );
      }
      const { mail, ...view } = await createChallenge(services, workspaceOf(response), wanted, clock());
      // Not awaited: how long the mail server takes would tell whether a mail was sent. Nor is the error logged as it is: the
      // address may stand in it.
      if (mail !== null) {
        mailer.send(mail).catch((error: unknown) => {
          log.error({ code: errorCode(error), challengeId: view.challengeId }, "a code could not be mailed");
        });
      }
      response.status(202).json(view);
    })
    .all(only("POST"));

  router
    .route("/v1/identity/verify")
    .post(...jsonBody, async (request, response) => {
      const given = parseBody(VerifyRequest, request.body);
      const actor = actorOf(response);
      response.json({ verified: await verifyCode(services, workspaceOf(response), given, actor, clock()) });
    })
    .all(only("POST"));

  return router;
}
