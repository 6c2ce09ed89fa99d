import { createHmac, randomBytes } from "node:crypto";

const PREFIX = "whsec_";
const SECRET_BYTES = 24;

/** A new secret, as receivers paste it into the libraries of Standard Webhooks. */
export function newSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString("base64")}`;
}

/** Whether it is one: `whsec_` and the base64 of 24 to 64 bytes. */
export function isSecret(text: string): boolean {
  const key = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : "";
  const bytes = Buffer.from(key, "base64");
  return bytes.length >= SECRET_BYTES && bytes.length <= 64 && bytes.toString("base64") === key;
}

/** The headers of a message, as standardwebhooks.com defines them: a signature for each secret, over id, time and body.
 *  `now`: milliseconds since the epoch; receivers refuse what is older than some minutes. */
export function signedHeaders(
  secrets: readonly string[],
  id: string,
  body: string,
  now: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return {
    "content-type": "application/json",
    "user-agent": "customer-enrichment",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
