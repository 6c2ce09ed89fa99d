/** Mail domains that a mistyped one is likely to have been meant for, the most used first. */
const BIG = [
  "gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "googlemail.com", "protonmail.com",
  "hotmail.co.uk", "yahoo.co.uk", "yahoo.co.in", "yahoo.co.jp", "hotmail.fr", "yahoo.fr", "hotmail.de", "outlook.de",
  "hotmail.it", "hotmail.es", "outlook.fr", "bigpond.com", "comcast.net", "verizon.net", "btinternet.com",
  "rocketmail.com", "fastmail.com", "rediffmail.com",
] as const; // prettier-ignore
const BIG_SET: ReadonlySet<string> = new Set(BIG);

/** Real mail domains that lie one slip from a big one: never suggested away. */
const REAL: ReadonlySet<string> = new Set([
  "mail.com", "email.com", "ymail.com", "gmx.com", "fmail.com", "zmail.com", "jmail.com", "vmail.com", "hmail.com",
  "qmail.com", "tmail.com", "xmail.com", "gmail.ca", "yahoo.ca", "yahoo.cn", "outlook.co", "hotmail.ch", "hotmail.se",
  "hotmail.be", "hotmail.nl", "hotmail.no", "hotmail.dk", "hotmail.fi", "hotmail.gr", "hotmail.ca", "outlook.es",
  "outlook.be", "outlook.dk", "outlook.it", "outlook.jp", "outlook.pt", "outlook.ie", "yahoo.es", "yahoo.de", "yahoo.it",
  "yahoo.in", "yahoo.gr", "yahoo.se", "yahoo.pl", "yahoo.no", "yahoo.dk", "yahoo.ro", 
  "yahoo.co.id", "yahoo.co.nz", "yahoo.co.th", "yahoo.co.kr", "yahoo.co.za", "yahoo.co.il",
]); // prettier-ignore

/** The big mail domain that `domain` is one slip away from (a letter too many, too few, wrong, or two swapped), or null. */
export function suggestDomain(domain: string): string | null {
  if (BIG_SET.has(domain) || REAL.has(domain)) return null;
  return BIG.find((big) => isOneSlip(domain, big)) ?? null;
}

/** Optimal string alignment distance of exactly 1. */
function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  const restA = a.slice(i);
  const restB = b.slice(i);
  if (a.length > b.length) return restA.slice(1) === restB;
  if (a.length < b.length) return restA === restB.slice(1);
  if (restA === "") return false;
  const swapped = restA.length > 1 && restA[0] === restB[1] && restA[1] === restB[0];
  return restA.slice(1) === restB.slice(1) || (swapped && restA.slice(2) === restB.slice(2));
}
