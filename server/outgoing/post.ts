import { request as requestByHttp } from "node:http";
import { request as requestByHttps } from "node:https";
import { isIPv6, type LookupFunction } from "node:net";
import { errorCode } from "../error-code.ts";
import {
  allowedAddresses,
  faultOfUrl,
  hostOf,
  systemResolve,
  type OutgoingRules,
  type Resolve,
} from "./destination.ts";
import { OutgoingRefused } from "./outgoing-refused.ts";

const TIMEOUT_MS = 10_000; // from the first packet to the last byte of the answer's head
const ANSWER_BYTES_MAX = 16 * 1024; // nobody reads it; beyond this the connection is closed instead of kept open
const DRAIN_MS_MAX = 1_000;

export interface PostOptions {
  readonly rules: OutgoingRules;
  readonly timeoutMs?: number;
  readonly resolve?: Resolve;
}

/** Posts a body and returns the status of the answer. No redirect is followed: its status is the answer. The connection goes to an
 *  address that was resolved and checked here, while TLS verifies the name of the URL. The answer's body is not read.
 *  Throws OutgoingRefused, and nothing else. */
export async function post(
  address: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  { rules, timeoutMs = TIMEOUT_MS, resolve = systemResolve }: PostOptions,
): Promise<number> {
  // Again, although it was checked when it was set: what is allowed may have changed since.
  if (faultOfUrl(address, rules) !== null) throw new OutgoingRefused("url_not_allowed");
  const url = new URL(address);
  const addresses = await allowedAddresses(url, rules, resolve);
  return new Promise<number>((answered, reject) => {
    const request = (url.protocol === "https:" ? requestByHttps : requestByHttp)({
      host: hostOf(url),
      port: url.port,
      path: `${url.pathname}${url.search}`,
      method: "POST",
      headers: { ...headers, host: url.host, "content-length": Buffer.byteLength(body) },
      lookup: pinnedTo(addresses),
      agent: false, // a connection of its own: one that is kept may have been made when other rules held
    });
    const late = setTimeout(() => request.destroy(new OutgoingRefused("timeout")), timeoutMs);
    request.once("error", (error) => {
      clearTimeout(late);
      reject(faultOf(error));
    });
    request.once("response", (response) => {
      clearTimeout(late);
      answered(response.statusCode ?? 0);
      discard(response);
    });
    request.end(body);
  });
}

/** Reads a short answer to its end, and cuts off a long or slow one. */
function discard(response: NodeJS.ReadableStream & { destroy(): unknown }): void {
  let bytes = 0;
  const cut = setTimeout(() => response.destroy(), DRAIN_MS_MAX);
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) response.destroy();
  });
  response.once("error", () => {}); // the status is known, and that is all that counts
  response.once("close", () => clearTimeout(cut));
}

function pinnedTo(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_hostname, { all }, done) => {
    const [first] = found;
    if (all === true || first === undefined) done(null, found);
    else done(null, first.address, first.family);
  };
}

function faultOf(error: Error): OutgoingRefused {
  if (error instanceof OutgoingRefused) return error;
  const code = errorCode(error) ?? "";
  if (/CERT|^ERR_TLS|SELF_SIGNED|UNABLE_TO/u.test(code))
    return new OutgoingRefused("certificate_invalid", error);
  if (code === "ETIMEDOUT") return new OutgoingRefused("timeout", error);
  return new OutgoingRefused("connection_failed", error);
}
