/** What a mail provider takes for one mailbox, as its own help pages have it. Domains that are not here are taken at their
 *  word: elsewhere a dot or a "+" makes another mailbox, or it cannot be known. */
interface Provider {
  readonly domains: readonly string[];
  /** Where all its domains are one: the one that stands for them. */
  readonly domain?: string;
  /** What is passed over in the local part. */
  readonly ignored?: RegExp;
}

// What follows a "+" goes to the same mailbox at all of them.
const PROVIDERS: readonly Provider[] = [
  { domains: ["gmail.com", "googlemail.com"], domain: "gmail.com", ignored: /\./gu },
  { domains: ["proton.me", "protonmail.com", "pm.me"], domain: "proton.me", ignored: /[._-]/gu },
  { domains: ["outlook.com", "hotmail.com", "live.com", "msn.com"] },
  { domains: ["icloud.com", "me.com", "mac.com"] },
  { domains: ["fastmail.com", "fastmail.fm"] },
];
const providerOf = new Map(
  PROVIDERS.flatMap((provider) => provider.domains.map((domain) => [domain, provider])),
);

/** The mailbox behind an email key, or null where its provider is not known to take several addresses for one. It is for
 *  suggesting duplicates only: customers are told apart by the email key. */
export function mailboxOf(emailKey: string): string | null {
  const at = emailKey.lastIndexOf("@");
  const domain = emailKey.slice(at + 1);
  const provider = providerOf.get(domain);
  if (provider === undefined) return null;
  const plus = emailKey.indexOf("+");
  const local = emailKey.slice(0, plus > 0 && plus < at ? plus : at);
  const bare = provider.ignored === undefined ? local : local.replaceAll(provider.ignored, "");
  return `${bare === "" ? local : bare}@${provider.domain ?? domain}`;
}
