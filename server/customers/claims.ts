import { joinDataKey } from "../privacy/data-key-sql.ts";
import { writeEvent, type Deed } from "../audit/events.ts";
import { decodePlace, encodePlace } from "../http/cursor.ts";
import { openDataKey } from "../privacy/keyring.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { isUuid } from "../uuid.ts";
import type { ClaimPage, ClaimsQuery } from "./history-contract.ts";
import { missingCustomer } from "./missing-customer.ts";
import { openProfile } from "./sealed.ts";
import { withDetails } from "./provenance.ts";
import { claimsOf, type StandingClaim, type ToldCustomer } from "./told-claims.ts";

/** A page of all values that were ever given or set: field by field, and of a field the latest first, so that those that
 *  contradict each other stand together. That somebody read them is audited. Throws `customer_not_found`,
 *  `customer_merged`, and `invalid_request` for a cursor that is none. */
export async function listClaims(
  store: Store,
  workspaceId: string,
  customerId: string,
  { cursor, limit, field, standing }: ClaimsQuery,
  { actor, at }: Deed,
): Promise<ClaimPage> {
  const [fieldBefore = "", idBefore = ""] =
    cursor === undefined ? [] : decodePlace(cursor, (part) => part !== "", isUuid);
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const customer = await openCustomer(tx, customerId);
    const place = { field: fieldBefore, id: idBefore };
    const rest = (await claimsOf(tx, customer))
      .filter((claim) => field === undefined || claim.field === field)
      .filter((claim) => standing === undefined || claim.standing === standing)
      .toSorted(inOrder)
      .filter((claim) => cursor === undefined || inOrder(place, claim) < 0);
    const shown = rest.slice(0, limit);
    const last = shown.at(-1);
    const details = { seen: "claims", count: shown.length };
    const subject = { kind: "customer", id: customerId } as const;
    writeEvent(tx, { actor, action: "customer.viewed", subject, details, at });
    return {
      claims: await withDetails(tx, shown),
      nextCursor: rest.length > limit && last !== undefined ? encodePlace(last.field, last.id) : null,
    };
  });
}

/** Ids have their time in front: later ones are greater. */
function inOrder(a: Pick<StandingClaim, "field" | "id">, b: Pick<StandingClaim, "field" | "id">): number {
  if (a.field !== b.field) return a.field < b.field ? -1 : 1;
  return a.id > b.id ? -1 : a.id < b.id ? 1 : 0;
}

interface CustomerRow {
  readonly profile: Uint8Array;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

async function openCustomer(tx: SealedTransaction, id: string): Promise<ToldCustomer> {
  const { workspaceId, keyring } = tx;
  const [row] = await tx.prepared<CustomerRow>(
    `select customer.profile, key.key_version, key.key_wrapped
     from (
       select id, profile from customers
       where workspace_id = :workspaceId and id = :id and merged_into is null
       offset 0
     ) as customer
  ${joinDataKey("customer.id")}`,
    { workspaceId, id },
  );
  if (row === undefined) throw await missingCustomer(tx, id);
  const key = openDataKey(keyring, id, row);
  return { id, profile: openProfile(workspaceId, key, id, row.profile) };
}
