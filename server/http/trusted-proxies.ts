import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

const HOPS_MAX = 10; // more proxies in a row than anybody has
const NETWORKS = new Set(["loopback", "linklocal", "uniquelocal"]);

/** Whose X-Forwarded-For is believed: nobody's; that of so many proxies in front; or that of proxies at these addresses. Limits
 *  per address count callers by it, so what callers could write themselves must not be believed. */
export type TrustedProxies = false | number | readonly string[];

/** Reads the setting: a number of proxies, or addresses and networks with commas, such as "loopback, 10.0.0.0/8". Null where it
 *  is none of these. */
export function parseTrustedProxies(text: string): TrustedProxies | null {
  if (/^\d{1,2}$/u.test(text)) {
    const hops = Number(text);
    if (hops === 0) return false;
    return hops <= HOPS_MAX ? hops : null;
  }
  const parts = text.split(",").map((part) => part.trim());
  return parts.every(isNetwork) ? parts : null;
}

function isNetwork(part: string): boolean {
  const [address = "", length] = part.split("/");
  if (length === undefined) return NETWORKS.has(part) || isIP(part) !== 0;
  return isIP(address) !== 0 && ipaddr.isValidCIDR(part);
}
