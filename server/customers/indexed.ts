import { blindIndex, indexVersion } from "../privacy/blind-index.ts";
import type { Keyring } from "../privacy/keyring.ts";
import type { Searchable } from "../privacy/search-query.ts";
import { searchTokens } from "../privacy/search-tokens.ts";
import { mailboxOf } from "./mailbox.ts";
import { emailsOf, ownEmailOf, type StoredProfile } from "./sealed.ts";

/** What a customer's row is found by. */
export interface Indexed {
  readonly emailKey: Buffer | null;
  readonly mailboxKey: Buffer | null;
  readonly phoneKey: Buffer | null;
  readonly tokens: readonly number[];
  /** Of the key that all of these are made with. */
  readonly indexVersion: number;
}

export function indexedOf(keyring: Keyring, profile: StoredProfile): Indexed {
  const { phone = null } = profile.values;
  const own = ownEmailOf(profile);
  const mailbox = own === null ? null : mailboxOf(own);
  return {
    emailKey: own === null ? null : blindIndex(keyring, "email", own),
    mailboxKey: mailbox === null ? null : blindIndex(keyring, "mailbox", mailbox),
    phoneKey: phone === null ? null : blindIndex(keyring, "phone", phone),
    tokens: searchTokens(keyring, searchableOf(profile)),
    indexVersion: indexVersion(keyring),
  };
}

/** What a search looks at: since a merge, every email that leads to the customer. */
export function searchableOf(profile: StoredProfile): Searchable {
  const { name = null, phone = null } = profile.values;
  return { name, emails: emailsOf(profile), phone };
}
