import { z } from "zod";
import { AppError } from "../app-error.ts";
import { errorCode } from "../error-code.ts";
import type { KeyContext, KeyProvider } from "./key-provider.ts";

const TIMEOUT_MS = 10_000; // a key service in another region answers in well under a second
const ANSWER_CHARS_MAX = 64 * 1024; // a wrapped key is some hundred bytes
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;

export const KMS_PROVIDER = "kms";

const base64 = z.base64().min(1);
const Wrapped = z.object({ wrapped: base64 });
const Plaintext = z.object({ plaintext: base64 });

/** Whether keys may be sent to this address: https, or http on this machine; no login, query or fragment in it. */
export function isKeyServiceUrl(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(address);
  if (`${username}${password}${search}${hash}` !== "") return false;
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname));
}

/** A root key that a key management service keeps, behind a small HTTP interface that docs/keys.md describes: POST
 *  `url`/wrap and `url`/unwrap. Asked once a workspace and start, never during a turn. */
export function httpKeyProvider(url: string, token: string | null): KeyProvider {
  if (!isKeyServiceUrl(url)) throw new TypeError("keys go to https addresses, or to this machine");
  const base = url.replace(/\/+$/u, "");
  return {
    name: KMS_PROVIDER,
    place: base,
    async wrap(key, context) {
      const body = { plaintext: Buffer.from(key).toString("base64"), context: { ...context } };
      const { wrapped } = await ask(`${base}/wrap`, token, body, Wrapped);
      return Buffer.from(wrapped, "base64");
    },
    async unwrap(wrapped, context: KeyContext) {
      const body = { wrapped: Buffer.from(wrapped).toString("base64"), context: { ...context } };
      const { plaintext } = await ask(`${base}/unwrap`, token, body, Plaintext);
      return Buffer.from(plaintext, "base64");
    },
  };
}

async function ask<T>(url: string, token: string | null, body: object, answer: z.ZodType<T>): Promise<T> {
  const { status, text } = await post(url, token, body);
  if (status !== 200) throw refusal(url, status);
  const parsed = answer.safeParse(parseJson(text));
  if (!parsed.success) throw unavailable(url, "answers something else than docs/keys.md says");
  return parsed.data;
}

async function post(
  url: string,
  token: string | null,
  body: object,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      redirect: "error", // the token and the key are for this address
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, text: await readShort(response) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = errorCode(error) ?? (error instanceof Error ? errorCode(error.cause) : null);
    const isLate = error instanceof Error && error.name === "TimeoutError";
    throw unavailable(
      url,
      isLate ? `gave no answer within ${TIMEOUT_MS / 1000} seconds` : reason(code),
      error,
    );
  }
}

async function readShort(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > ANSWER_CHARS_MAX) throw unavailable(response.url, "answers far more than a key");
  }
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function reason(code: string | null): string {
  return code === null ? "cannot be reached" : `cannot be reached (${code})`;
}

/** The answer's own words are left out: nobody knows what is in them. */
function refusal(url: string, status: number): AppError {
  if (status === 401 || status === 403) return unavailable(url, "refuses the token: check KMS_TOKEN");
  if (status === 404) return unavailable(url, "has no such address: check KMS_URL");
  if (status === 400 || status === 422) {
    return unavailable(url, "does not open this key: was it wrapped by another key, or for something else?");
  }
  return unavailable(url, `failed with HTTP status ${status}`);
}

function unavailable(url: string, what: string, cause: unknown = null): AppError {
  return new AppError(
    "keys_unavailable",
    `The key service at ${url} ${what}.`,
    cause === null ? {} : { cause },
  );
}
