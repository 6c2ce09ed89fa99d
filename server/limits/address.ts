import { isIPv6 } from "node:net";

const UNKNOWN = "unknown";

/** What requests are counted by that carry no credential: an IPv4 address, or the network (/64) of an IPv6 address, of which one
 *  household or server has a whole one. */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return UNKNOWN;
  const [plain = ""] = address.split("%"); // a zone
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu.exec(plain) ?? [];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = plain.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(":")}::/64`;
}
