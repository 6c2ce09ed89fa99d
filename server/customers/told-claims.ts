import { joinDataKey } from "../privacy/data-key-sql.ts";
import type { Actor } from "../audit/events.ts";
import { openDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { foldCustomer } from "./choose-claims.ts";
import { familyOf } from "./family.ts";
import type { Claim, Profile, Standing, Trust } from "./fold.ts";
import { openSaid, type StoredProfile } from "./sealed.ts";
import { inFoldOrder, voiceOf, type StaffTrust } from "./staff.ts";
import { openStaffSaid } from "./staff-values.ts";

/** A claim with what was said, opened, and how it stands. */
export interface StandingClaim extends Claim {
  readonly id: string;
  /** Of what staff says: of whom, which is the customer or one who was merged into it. */
  readonly customerId?: string;
  readonly raw: string;
  readonly standing: Standing | "withdrawn";
  /** Null of a conversation's claim. */
  readonly staff: { readonly by: Actor; readonly at: Date; readonly claimId: string | null } | null;
}

interface SaidRow {
  readonly id: string;
  readonly conversation_id: string;
  readonly handle_id: string;
  readonly field: string;
  readonly said: Uint8Array;
  readonly trust: Trust;
  readonly unvalidated: boolean;
  readonly denied: boolean;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

interface StaffRow {
  readonly id: string;
  readonly customer_id: string;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
  readonly field: string;
  readonly said: Uint8Array;
  readonly trust: StaffTrust;
  readonly unvalidated: boolean;
  readonly claim_id: string | null;
  readonly actor_kind: Actor["kind"];
  readonly actor_id: string;
  readonly at: Date;
  readonly withdrawn: boolean;
}

/** A customer as it is told. */
export interface ToldCustomer {
  readonly id: string;
  readonly profile: StoredProfile;
}

/** All claims of the customer: those of its conversations in the order in which they were recorded, then those of staff, with
 *  those that it set of whom was merged into it. */
export async function claimsOf(
  tx: SealedTransaction,
  customer: ToldCustomer,
): Promise<readonly StandingClaim[]> {
  const bindings = { workspaceId: tx.workspaceId, customerId: customer.id };
  const [said, staff] = (await tx.together([
    { sql: saidInConversations, bindings },
    { sql: saidByStaff, bindings },
  ])) as [readonly SaidRow[], readonly StaffRow[]];
  const withdrawn = new Set(staff.filter((row) => row.withdrawn).map(({ id }) => id));
  const claims = [...openSaidRows(tx, said), ...openStaffRows(tx, customer.id, staff)];
  const standing = claims.filter(({ id }) => !withdrawn.has(id));
  const { standings } = foldOf(customer, customer.profile.values["email"] ?? null, standing);
  const standingOf = new Map(standing.map(({ id }, index) => [id, standings[index] ?? "superseded"]));
  return claims.map((claim) => ({ ...claim, standing: standingOf.get(claim.id) ?? "withdrawn" }));
}

/** The profile that follows from such claims, with what merges decide of it. */
export function foldOf(
  { id, profile }: ToldCustomer,
  emailKey: string | null,
  claims: readonly OpenedClaim[],
): Profile {
  return foldCustomer(id, emailKey, claims, profile.merged);
}

type OpenedClaim = Omit<StandingClaim, "standing">;

const saidInConversations = `
  select claim.id, conversation.id as conversation_id, claim.handle_id, claim.field, claim.said, claim.trust,
    claim.unvalidated, claim.denied, key.key_version, key.key_wrapped
  from (
    select id from conversations where workspace_id = :workspaceId and customer_id = :customerId offset 0
  ) as conversation
  ${joinDataKey("conversation.id")}
  cross join lateral (
    select id, handle_id, field, said, trust, unvalidated, denied, seq from claims
    where workspace_id = :workspaceId and conversation_id = conversation.id
    offset 0
  ) as claim
  order by claim.seq`;

const saidByStaff = `
  select said.id, said.customer_id, said.field, said.said, said.trust, said.unvalidated, said.claim_id,
    said.actor_kind, said.actor_id, said.at, said.withdrawn, key.key_version, key.key_wrapped
  from (${familyOf(":customerId")}) as member
  cross join lateral (
    select id, customer_id, field, said, trust, unvalidated, claim_id, actor_kind, actor_id, at,
      withdrawn_at is not null as withdrawn, seq
    from staff_values
    where workspace_id = :workspaceId and customer_id = member.id
    offset 0
  ) as said
  ${joinDataKey("member.id")}
  order by said.seq`;

function openSaidRows({ workspaceId, keyring }: SealedTransaction, rows: readonly SaidRow[]): OpenedClaim[] {
  const keys = new Map<string, DataKey>();
  return rows.map(({ id, conversation_id: conversationId, handle_id: handleId, said, ...row }) => {
    const key = keys.get(conversationId) ?? openDataKey(keyring, conversationId, row);
    keys.set(conversationId, key);
    const { value, raw } = openSaid(workspaceId, key, id, said);
    const { field, trust, unvalidated, denied } = row;
    return { id, handleId, field, value, raw, trust, unvalidated, denied, staff: null };
  });
}

function openStaffRows(
  { workspaceId, keyring }: SealedTransaction,
  customerId: string,
  rows: readonly StaffRow[],
): OpenedClaim[] {
  const inOrder = inFoldOrder(
    customerId,
    rows.map((row, seq) => ({ ...row, seq, customerId: row.customer_id })),
  );
  return inOrder.map(({ id, field, trust, unvalidated, customerId, ...row }) => {
    const { value, raw } = openStaffSaid(workspaceId, openDataKey(keyring, customerId, row), id, row.said);
    const staff = { by: { kind: row.actor_kind, id: row.actor_id }, at: row.at, claimId: row.claim_id };
    const voice = { customerId, handleId: voiceOf(trust, customerId) };
    return { id, ...voice, field, value, raw, trust, unvalidated, denied: false, staff };
  });
}
