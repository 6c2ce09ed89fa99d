import ipaddr from "ipaddr.js";

// ipaddr.js calls these unicast; they are for documentation, or lead to IPv4 addresses by a translator of the local network.
const NOT_PUBLIC = (["3fff::/20", "64:ff9b:1::/48"] as const).map((range) => ipaddr.IPv6.parseCIDR(range));
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3"); // all that is given out; an IPv4 address in other clothes lies elsewhere

/** Which kind of network an address belongs to. "private": this machine, or a network of its operator. "special": nothing that
 *  a request has any business with: link-local (where clouds answer with credentials), multicast, documentation, shared address
 *  space, translated and tunnelled IPv4 addresses, and what is no address. */
export type AddressKind = "public" | "private" | "special";

/** Of an IPv4 or IPv6 address as text, without brackets. IPv4-mapped IPv6 addresses count as what they map. */
export function kindOfAddress(text: string): AddressKind {
  if (!ipaddr.isValid(text)) return "special";
  const address = ipaddr.process(text);
  switch (address.range()) {
    case "unicast":
      return isGivenOut(address) ? "public" : "special";
    case "loopback":
    case "private":
    case "uniqueLocal":
      return "private";
    default:
      return "special";
  }
}

function isGivenOut(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address instanceof ipaddr.IPv4) return true;
  return address.match(GLOBAL_UNICAST) && !NOT_PUBLIC.some((range) => address.match(range));
}
