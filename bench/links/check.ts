import { emailKey } from "../../engine/understand/email-key.ts";
import { openSaid, openProfile, ownEmailOf } from "../../server/customers/sealed.ts";
import { openDataKey } from "../../server/privacy/keyring.ts";
import type { DataKey } from "../../server/privacy/seal.ts";
import { inSealedWorkspace, type Store } from "../../server/privacy/store.ts";

/** What is wrong after a run; all 0 when nothing is. */
export interface Wrong {
  /** Emails that more than one customer has. */
  readonly duplicates: number;
  /** Conversations that are not with the customer to whom the email leads that they stated last. */
  readonly astray: number;
  /** Customers whose count of conversations is another than that of their conversations. */
  readonly miscounted: number;
}

export interface Found extends Wrong {
  readonly customers: number;
  readonly conversations: number;
}

interface Keyed {
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

const key = "key.workspace_key_version as key_version, key.wrapped as key_wrapped";

/** Opens every customer and every email that was stated, and compares. */
export async function checkLinks(store: Store, workspaceId: string): Promise<Found> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const open = (id: string, row: Keyed): DataKey => openDataKey(tx.keyring, id, row);
    const customers = await tx.raw<Keyed & { id: string; profile: Uint8Array; merged_into: string | null }>(
      `select id, profile, merged_into, ${key} from customers join data_keys key on subject_id = id`,
    );
    const leads = new Map<string, string>();
    let duplicates = 0;
    for (const row of customers) {
      const email = ownEmailOf(openProfile(workspaceId, open(row.id, row), row.id, row.profile));
      if (email === null) continue;
      if (leads.has(email)) duplicates += 1;
      leads.set(email, row.merged_into ?? row.id);
    }
    const claims = await tx.raw<
      Keyed & { id: string; said: Uint8Array; conversation_id: string; customer_id: string | null }
    >(
      `select distinct on (claim.conversation_id) claim.id, claim.said, claim.conversation_id, customer_id, ${key}
       from claims claim join conversations on conversations.id = claim.conversation_id
       join data_keys key on subject_id = claim.conversation_id
       where field = 'email' order by claim.conversation_id, claim.seq desc`,
    );
    const astray = claims.filter((row) => {
      const said = openSaid(workspaceId, open(row.conversation_id, row), row.id, row.said);
      return leads.get(emailKey(said.value) ?? "") !== row.customer_id;
    });
    const [counts] = await tx.raw<{ miscounted: number; conversations: number }>(
      `select
         (select count(*)::int from customers left join customer_activity on customer_id = customers.id
          where (select count(*) from conversations c where c.customer_id = customers.id)
            <> case when merged_into is null then coalesce(conversation_count, -1) else 0 end) as miscounted,
         (select count(*)::int from conversations) as conversations`,
    );
    return {
      duplicates,
      astray: astray.length,
      miscounted: counts?.miscounted ?? 0,
      customers: customers.filter((row) => row.merged_into === null).length,
      conversations: counts?.conversations ?? 0,
    };
  });
}
