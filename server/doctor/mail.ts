import { createTransport } from "nodemailer";
import { errorCode } from "../error-code.ts";
import { findingsOf, type Finding } from "./finding.ts";

const TIMEOUT_MS = 10_000;

/** Whether the mail server takes mail from us: it is connected to, greeted and logged in to, and sent nothing. */
export async function checkMail(url: string | undefined, timeoutMs = TIMEOUT_MS): Promise<Finding> {
  const { ok, advice, problem } = findingsOf("mail");
  if (url === undefined) {
    return advice("SMTP_URL is not set: no code, invitation or new password can be mailed.");
  }
  const { host } = new URL(url);
  const transport = createTransport({
    url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  try {
    await transport.verify();
    return ok(`The mail server ${host} takes mail from here.`);
  } catch (error) {
    // Not its message: it may hold the login.
    const code = errorCode(error) ?? "unknown error";
    const what =
      code === "EAUTH"
        ? "refuses the user or password of SMTP_URL"
        : `cannot be used (${code}): check SMTP_URL`;
    return problem(`The mail server ${host} ${what}.`);
  } finally {
    transport.close();
  }
}
