import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { OutgoingRefused } from "./outgoing-refused.ts";
import { kindOfAddress, type AddressKind } from "./public-address.ts";

const URL_CHARS_MAX = 2_000;
const RESOLVE_MS_MAX = 5_000; // a name that takes longer does not resolve

/** Where requests may go. */
export interface OutgoingRules {
  /** Also to this machine and the operator's own networks, and by http: for development, and for systems behind the same wall. */
  readonly allowPrivate: boolean;
}

/** Finds the addresses of a name; rejects where it has none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export const systemResolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address);

/** What is wrong with a URL that requests are to be sent to, as the end of a sentence; null where nothing is. */
export function faultOfUrl(text: string, { allowPrivate }: OutgoingRules): string | null {
  if (text.length > URL_CHARS_MAX) return `must have at most ${URL_CHARS_MAX} characters`;
  if (!URL.canParse(text)) return "must be a URL such as https://crm.example/hooks/customers";
  const url = new URL(text);
  const schemes = allowPrivate ? ["https:", "http:"] : ["https:"];
  if (!schemes.includes(url.protocol)) return "must begin with https://";
  if (url.username !== "" || url.password !== "") return "must have no user and password in it";
  if (url.hash !== "") return "must have no # part";
  const host = hostOf(url);
  if (isIP(host) !== 0 && !isAllowed(kindOfAddress(host), allowPrivate))
    return `must not lead to ${host}: ${NOT_PUBLIC}`;
  if (!allowPrivate && isLocalName(host)) return `must not lead to ${host}: ${NOT_PUBLIC}`;
  return null;
}

const NOT_PUBLIC = "it is no address of the public internet";

/** The URL's host without the brackets of an IPv6 address. URL has written every spelling of an IPv4 address (decimal, octal,
 *  hexadecimal, short) as four decimal numbers. */
export const hostOf = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/u, "$1");

const isLocalName = (host: string) => /(?:^|\.)(?:localhost|local|internal)\.?$/u.test(host);

const isAllowed = (kind: AddressKind, allowPrivate: boolean) =>
  kind === "public" || (kind === "private" && allowPrivate);

/** The addresses that a request to the URL may be sent to: the name is resolved here, once, and the connection is made to what was
 *  looked at, so that an answer that changes between looking and connecting gains nothing. One address that is not allowed
 *  refuses them all. Throws OutgoingRefused. */
export async function allowedAddresses(
  url: URL,
  { allowPrivate }: OutgoingRules,
  resolve: Resolve,
): Promise<readonly string[]> {
  const host = hostOf(url);
  const addresses = isIP(host) === 0 ? await resolveInTime(host, resolve) : [host];
  if (addresses.length === 0) throw new OutgoingRefused("unknown_host");
  if (!addresses.every((address) => isAllowed(kindOfAddress(address), allowPrivate))) {
    throw new OutgoingRefused("address_not_public");
  }
  return addresses;
}

async function resolveInTime(host: string, resolve: Resolve): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new OutgoingRefused("unknown_host")), RESOLVE_MS_MAX);
  });
  try {
    return await Promise.race([resolve(host), late]);
  } catch (error) {
    throw error instanceof OutgoingRefused ? error : new OutgoingRefused("unknown_host", error);
  } finally {
    clearTimeout(timer);
  }
}
