import { AppError } from "../app-error.ts";
import { readCustomer } from "../customers/locked-customer.ts";
import type { Told } from "../customers/profile.ts";
import type { Merged, StoredCustomer } from "../customers/sealed.ts";
import { partOfStaff } from "../customers/staff.ts";
import { blindIndexes } from "../privacy/blind-index.ts";
import type { SealedTransaction } from "../privacy/store.ts";

/** A customer who stays, with what its profile follows from but for the conversations that are erased. */
export interface Bereft {
  readonly told: Told;
  readonly stored: StoredCustomer;
  readonly merged: Merged | null;
}

/** The customers whose conversations are erased although they are not: their profiles follow from what is left. Of one into
 *  whom `erasedId` was merged, what staff said of that one and its email go too. */
export async function readBereft(
  tx: SealedTransaction,
  others: readonly string[],
  erasedId: string | null,
): Promise<readonly Bereft[]> {
  const found: Bereft[] = [];
  for (const id of others) {
    const customer = await readCustomer(tx, id).catch((error: unknown) => {
      // Restored without its key: unreadable as it stands.
      if (error instanceof AppError && error.code === "customer_not_found") return null;
      throw error;
    });
    if (customer === null) continue;
    const { stored, talks } = customer;
    const merged = stored.profile.merged ?? null;
    const plain = { told: { id, emailKey: stored.emailKey, talks }, stored, merged };
    found.push(merged === null ? plain : await without(tx, { ...plain, merged }, erasedId));
  }
  return found;
}

async function without(
  { workspaceId, keyring, prepared }: SealedTransaction,
  { told, stored, merged }: Bereft & { readonly merged: Merged },
  erasedId: string | null,
): Promise<Bereft> {
  const { id, emailKey } = told;
  const family = await prepared<{ readonly id: string; readonly email_key: Uint8Array | null }>(
    "select id, email_key from customers where workspace_id = :workspaceId and merged_into = :id",
    { workspaceId, id },
  );
  const erased = family.find((one) => one.id === erasedId);
  if (erased === undefined) return { told, stored, merged };
  const left = family.filter((one) => one !== erased).map((one) => one.id);
  const isErased = (email: string) =>
    blindIndexes(keyring, "email", email).some(
      (key) => erased.email_key !== null && key.equals(erased.email_key),
    );
  const emails = merged.emails.filter((email) => !isErased(email));
  return {
    told: { ...told, emailKey: emailKey !== null && isErased(emailKey) ? merged.ownEmail : emailKey },
    stored: { ...stored, staff: partOfStaff(id, stored.staff, new Set([id, ...left])) },
    merged: left.length === 0 ? null : { ...merged, emails },
  };
}
