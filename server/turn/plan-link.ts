import type { FieldKey } from "../../engine/understand/understanding.ts";
import { emailKey } from "../../engine/understand/email-key.ts";
import type { StoredProfile } from "../customers/sealed.ts";

/** A customer as far as identity goes. Without an email it hangs on the handle that it was created for. */
export interface Identity {
  readonly id: string;
  readonly emailKey: string | null;
  /** Since a merge: other emails that lead to it, where they were read. */
  readonly emails?: readonly string[];
}

export function identityOf(id: string, { values, merged }: StoredProfile): Identity {
  const emailKey = values["email"] ?? null;
  if (merged === undefined) return { id, emailKey };
  return { id, emailKey, emails: [...merged.emails, ...(merged.ownEmail === null ? [] : [merged.ownEmail])] };
}

/** Whether the email is known to lead to the customer. */
export function isOf(customer: Identity | null, email: string | null): boolean {
  if (customer === null || email === null) return false;
  return customer.emailKey === email || customer.emails?.includes(email) === true;
}

/** What a turn does to the links. `target` is the conversation's customer afterwards. */
export interface LinkPlan {
  readonly target: Identity;
  readonly isNew: boolean;
  /** The customer that conversations leave, and that is removed when none stays. */
  readonly source: Identity | null;
  /** Which conversations come to the target: none; the handle's that have no customer yet; the handle's of the source; this one. */
  readonly moves: "none" | "unlinked" | "handle" | "this";
}

/** The key of the email that the message stated last, in text order, or null. */
export function statedEmailKey(
  collected: readonly { readonly field: FieldKey; readonly value: string }[],
): string | null {
  const emails = collected.filter(({ field }) => field === "email").map(({ value }) => emailKey(value));
  return emails.findLast((key) => key !== null) ?? null;
}

/** Whether the message's email may lead elsewhere than to the conversation's customer: only then is it looked up. */
export function leadsElsewhere(current: Identity | null, stated: string | null): stated is string {
  return stated !== null && stated !== current?.emailKey;
}

/** The identity laws, for a message that gave at least one detail. `owner` is the customer to whom the stated email leads:
 *  the current one itself, where that has several since a merge. */
export function planLink(
  current: Identity | null,
  stated: string | null,
  owner: Identity | null,
  newId: string,
): LinkPlan {
  const fresh = { id: newId, emailKey: stated };
  if (current === null) {
    return { target: owner ?? fresh, isNew: owner === null, source: null, moves: "unlinked" };
  }
  if (!leadsElsewhere(current, stated) || owner?.id === current.id) {
    return { target: current, isNew: false, source: null, moves: "none" };
  }
  if (current.emailKey !== null) {
    return { target: owner ?? fresh, isNew: owner === null, source: current, moves: "this" };
  }
  if (owner !== null) return { target: owner, isNew: false, source: current, moves: "handle" };
  return { target: { id: current.id, emailKey: stated }, isNew: false, source: null, moves: "none" };
}
