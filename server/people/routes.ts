import { AppError } from "../app-error.ts";
import { serveAnybody, servePerson, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { sessionCookie } from "../sessions/cookie.ts";
import { refuseForeign } from "../sessions/csrf.ts";
import { viewSession } from "../sessions/session-view.ts";
import { networkOf } from "../limits/address.ts";
import { changePassword } from "./change-password.ts";
import {
  changePasswordOperation,
  confirmTotpOperation,
  enrolTotpOperation,
  removeTotpOperation,
  requestResetOperation,
  resetPasswordOperation,
  setUpOperation,
} from "./operations-contract.ts";
import { countResets, createReset, resetPassword } from "./reset.ts";
import { setUp } from "./set-up.ts";
import { confirmTotp, enrolTotp, removeTotp } from "./totp.ts";

/** The first owner, and passwords. */
export function personOperations(services: Services): readonly Served[] {
  const { clock, log, mailer, publicUrl } = services;
  return [
    serveAnybody(setUpOperation, async ({ request, body, setHeader }) => {
      refuseForeign(request, publicUrl());
      const session = await setUp(services, body, clock());
      setHeader("Set-Cookie", sessionCookie(publicUrl(), session));
      return viewSession(services, session);
    }),

    servePerson(changePasswordOperation, async ({ session, body, setHeader }) => {
      const rotated = await changePassword(services, session, body, clock());
      setHeader("Set-Cookie", sessionCookie(publicUrl(), rotated));
    }),

    servePerson(enrolTotpOperation, async ({ session, body }) =>
      enrolTotp(services, session, body.password, clock()),
    ),

    servePerson(confirmTotpOperation, async ({ session, body }) =>
      confirmTotp(services, session, body.code, clock()),
    ),

    servePerson(removeTotpOperation, async ({ session, body }) => {
      await removeTotp(services, session, body.password, clock());
    }),

    serveAnybody(requestResetOperation, async ({ request, body }) => {
      refuseForeign(request, publicUrl());
      if (mailer === null) {
        const message = "No mail server is set, so no link can be mailed: set SMTP_URL.";
        throw new AppError("mail_not_configured", message);
      }
      await countResets(services, { address: networkOf(request.ip), now: clock() });
      // Not waited for: how long it takes would tell whether there is somebody to mail to.
      sendReset(services, body.email).catch((err: unknown) => {
        log.error({ err }, "a link for a new password was not mailed");
      });
      return { status: "sent_if_known" as const };
    }),

    serveAnybody(resetPasswordOperation, async ({ request, body }) => {
      refuseForeign(request, publicUrl());
      await resetPassword(services, body, clock());
    }),
  ];
}

async function sendReset(services: Services, email: string): Promise<void> {
  const { mailer, publicUrl, clock } = services;
  const mail = await createReset(services, email, publicUrl(), clock());
  if (mail !== null) await mailer?.send(mail);
}
