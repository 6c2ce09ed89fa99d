import { isFullerName, isSameName } from "../../engine/understand/fuller-name.ts";
import type { Platform } from "../conversations/contract.ts";
import { mailboxOf } from "../customers/mailbox.ts";
import { missingCustomer } from "../customers/missing-customer.ts";
import { ownEmailOf, type StoredCustomer } from "../customers/sealed.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import type { DuplicateList, Evidence } from "./contract.ts";
import {
  readFamilies,
  readHandles,
  readSameHandles,
  readSameMailboxes,
  readSamePhones,
  type LikelyRow,
} from "./read-likely.ts";

/** How many suggestions are listed. */
export const DUPLICATES_MAX = 50;

/** The customers who may be the same person as this one, with the evidence: the same phone, mail addresses of one mailbox, or
 *  names that agree together with the same id on a platform. Suggestions: nothing is merged by them.
 *  Throws `customer_not_found` and `customer_merged`. */
export async function findDuplicates(store: Store, workspaceId: string, id: string): Promise<DuplicateList> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const family = await readFamilies(tx, [id]);
    const self = family.find((customer) => customer.id === id);
    if (self === undefined) throw await missingCustomer(tx, id);

    const phone = self.profile.values["phone"] ?? null;
    const emails = family.flatMap(({ profile }) => ownEmailOf(profile) ?? []);
    const mailboxes = [...new Set(emails.flatMap((email) => mailboxOf(email) ?? []))];
    const handles = await readHandles(tx, id);
    const samePhones = phone === null ? [] : await readSamePhones(tx, phone);
    const sameMailboxes = mailboxes.length === 0 ? [] : await readSameMailboxes(tx, mailboxes);
    const sameHandles = await readSameHandles(tx, id, handles);

    const ids = new Set([
      ...samePhones,
      ...sameMailboxes,
      ...sameHandles.map(({ customerId }) => customerId),
    ]);
    ids.delete(id);
    const others = await readFamilies(tx, [...ids]);
    const found = others
      .filter(
        (other): other is LikelyRow & { activity: NonNullable<LikelyRow["activity"]> } =>
          other.activity !== null,
      )
      .map((other) => {
        const theirs = others.filter(({ id, mergedInto }) => id === other.id || mergedInto === other.id);
        const same = sameHandles.filter(({ customerId }) => customerId === other.id);
        return {
          other,
          evidence: [
            ...phoneEvidence(self, other),
            ...mailboxEvidence(
              emails,
              theirs.flatMap(({ profile }) => ownEmailOf(profile) ?? []),
            ),
            ...handleEvidence(self, other, same),
          ],
        };
      })
      .filter(({ evidence }) => evidence.length > 0)
      .toSorted(
        (a, b) =>
          b.evidence.length - a.evidence.length ||
          b.other.activity.lastAt.getTime() - a.other.activity.lastAt.getTime() ||
          (a.other.id < b.other.id ? -1 : 1),
      );
    return {
      duplicates: found.slice(0, DUPLICATES_MAX).map(({ other, evidence }) => {
        const { name = null, email = null, phone = null } = other.profile.values;
        const { lastAt, conversationCount } = other.activity;
        return {
          id: other.id,
          name,
          email,
          phone,
          conversationCount,
          lastAt: lastAt.toISOString(),
          evidence,
        };
      }),
      truncated: found.length > DUPLICATES_MAX,
    };
  });
}

function phoneEvidence(self: StoredCustomer, other: StoredCustomer): Evidence[] {
  const phone = self.profile.values["phone"];
  return phone !== undefined && other.profile.values["phone"] === phone
    ? [{ kind: "same_phone", phone }]
    : [];
}

function mailboxEvidence(mine: readonly string[], theirs: readonly string[]): Evidence[] {
  const mailboxes = new Set(mine.flatMap((email) => mailboxOf(email) ?? []));
  const same = theirs.filter((email) => mailboxes.has(mailboxOf(email) ?? ""));
  const shared = new Set(same.map(mailboxOf));
  const own = mine.filter((email) => shared.has(mailboxOf(email)));
  return same.length === 0 ? [] : [{ kind: "same_mailbox", emails: [...own, ...same] }];
}

function handleEvidence(
  self: StoredCustomer,
  other: StoredCustomer,
  same: readonly { readonly handle: string; readonly platforms: readonly Platform[] }[],
): Evidence[] {
  const [mine, theirs] = [self.profile.values["name"], other.profile.values["name"]];
  if (mine === undefined || theirs === undefined || !areOneName(mine, theirs)) return [];
  const names = [...new Set([mine, theirs])];
  return same.map(({ handle, platforms }) => ({
    kind: "same_name_and_handle",
    names,
    handle,
    platforms: [...platforms],
  }));
}

function areOneName(one: string, other: string): boolean {
  return isSameName(one, other) || isFullerName(one, other) || isFullerName(other, one);
}
