import { writeEvent, type Actor } from "../audit/events.ts";
import { missingCustomer } from "../customers/missing-customer.ts";
import { openProfile } from "../customers/sealed.ts";
import { foldOf } from "../customers/told-claims.ts";
import { openDataKey } from "../privacy/keyring.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import type { PersonExport } from "./contract.ts";
import { notesOf, personClaimsOf, refusalsOf } from "./person-claims.ts";
import { MESSAGES_AT_ONCE, messagesOf, talksOf, type Talk } from "./person-talks.ts";
import { joinDataKey } from "../privacy/data-key-sql.ts";

export interface PersonRequest {
  readonly customerId: string;
  readonly verifiedOnly: boolean;
  readonly actor: Actor;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** All that is kept of one person, as pieces of JSON. Messages are read a page at a time, each in a transaction of its own;
 *  claims and the list of conversations are in memory. Throws `customer_not_found` and
 *  `customer_merged` before the first piece. */
export async function exportPerson(
  store: Store,
  workspaceId: string,
  request: PersonRequest,
): Promise<AsyncGenerator<string>> {
  const { head, talks } = await inSealedWorkspace(store, workspaceId, (tx) => readHead(tx, request));
  return pieces(store, workspaceId, JSON.stringify(head), talks);
}

async function* pieces(
  store: Store,
  workspaceId: string,
  head: string,
  talks: readonly Talk[],
): AsyncGenerator<string> {
  yield `${head.slice(0, -1)},"conversations":[`;
  for (const [index, talk] of talks.entries()) {
    yield `${index === 0 ? "" : ","}${JSON.stringify(talk.head).slice(0, -1)},"messages":[`;
    for (let after = 0; ;) {
      const from = after;
      const messages = await inSealedWorkspace(store, workspaceId, (tx) => messagesOf(tx, talk, from));
      if (messages.length > 0) {
        yield (after === 0 ? "" : ",") + messages.map((message) => JSON.stringify(message)).join(",");
      }
      if (messages.length < MESSAGES_AT_ONCE) break;
      after = messages.at(-1)?.seq ?? after;
    }
    yield "]}";
  }
  yield "]}\n";
}

interface CustomerRow {
  readonly profile: Uint8Array;
  readonly tags: readonly string[];
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

async function readHead(
  tx: SealedTransaction,
  { customerId, verifiedOnly, actor, now }: PersonRequest,
): Promise<{ readonly head: Omit<PersonExport, "conversations">; readonly talks: readonly Talk[] }> {
  const { workspaceId, keyring } = tx;
  const [row] = await tx.prepared<CustomerRow>(
    `select profile, tags, created_at, updated_at, key.key_version, key.key_wrapped
     from customers
  ${joinDataKey("customers.id")}
     where workspace_id = :workspaceId and id = :customerId and merged_into is null`,
    { workspaceId, customerId },
  );
  if (row === undefined) throw await missingCustomer(tx, customerId);
  const key = openDataKey(keyring, customerId, row);
  const customer = { id: customerId, profile: openProfile(workspaceId, key, customerId, row.profile) };
  const { email: emailKey = null } = customer.profile.values;

  const all = await talksOf(tx, customerId);
  const talks = verifiedOnly ? all.filter(({ link }) => link === "verified") : all;
  const claims = await personClaimsOf(tx, customer, talks);
  // Of what is left out nothing may shine through: the values follow from what is there.
  const counted = claims.filter(({ claim }) => claim.standing !== "withdrawn").map(({ claim }) => claim);
  const isGiven = talks.length > 0 || counted.some(({ field }) => field === "email");
  const profile = foldOf(customer, isGiven ? emailKey : null, counted);
  const standingOf = new Map(counted.map(({ id }, index) => [id, profile.standings[index]]));
  const details = { verifiedOnly, conversations: talks.length };
  const subject = { kind: "customer", id: customerId } as const;
  writeEvent(tx, { actor, action: "customer.exported", subject, details, at: now });
  const head = {
    format: "customer-enrichment.person.1" as const,
    exportedAt: new Date(now).toISOString(),
    verifiedOnly,
    customer: {
      id: customerId,
      values: { ...profile.values },
      unvalidated: [...profile.unvalidated],
      conflicts: Object.fromEntries(
        Object.entries(profile.conflicts).map(([field, values]) => [field, [...values]]),
      ),
      verified: [...profile.verified],
      tags: [...row.tags],
      createdAt: row.created_at.toISOString(),
      updatedAt: row.updated_at.toISOString(),
    },
    provenance: claims.map(({ claim, exported }) => ({
      ...exported,
      standing: standingOf.get(claim.id) ?? claim.standing,
    })),
    notes: [...(await notesOf(tx, customerId))],
    refusals: [...(await refusalsOf(tx, talks))],
  };
  return { head, talks };
}
