import { AppError } from "../app-error.ts";
import { writeEvent, type Deed } from "../audit/events.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import { retag } from "./family-tags.ts";
import { missingCustomer } from "./missing-customer.ts";
import { customerMarked } from "../webhooks/customer-events.ts";
import { tell } from "../webhooks/tell.ts";
import { TAGS_MAX } from "./tag-contract.ts";

export interface Tagged {
  readonly tags: readonly string[];
  readonly version: number;
}

/** Throws `customer_not_found` and `customer_merged`. */
export async function getTags(database: Database, workspaceId: string, id: string): Promise<Tagged> {
  return inWorkspace(database, workspaceId, async (tx) => {
    const [row] = await tx.prepared<Tagged>(
      "select tags, version from customers where workspace_id = :workspaceId and id = :id and merged_into is null",
      { workspaceId, id },
    );
    if (row === undefined) throw await missingCustomer(tx, id);
    return { tags: row.tags, version: row.version };
  });
}

/** Gives the customer the tag, or takes it away, also from those who were merged into it; what is so already stays as it is. It wants no
 *  version: two who tag at once both get what they wanted. Throws `customer_not_found`, `customer_merged` and `too_many_tags`. */
export async function setTag(
  database: Database,
  workspaceId: string,
  id: string,
  { tag, isSet }: { readonly tag: string; readonly isSet: boolean },
  { actor, at }: Deed,
): Promise<Tagged> {
  return inWorkspace(database, workspaceId, async (tx) => {
    const [row] = await tx.prepared<Tagged>(
      `select tags, version from customers
       where workspace_id = :workspaceId and id = :id and merged_into is null for no key update`,
      { workspaceId, id },
    );
    if (row === undefined) throw await missingCustomer(tx, id);
    const { tags, version } = row;
    if (tags.includes(tag) === isSet) return { tags, version };
    if (isSet && tags.length >= TAGS_MAX) {
      throw new AppError("too_many_tags", `A customer has at most ${TAGS_MAX} tags: take one away first.`);
    }
    const after = isSet ? [...tags, tag].toSorted() : tags.filter((other) => other !== tag);
    tx.later(isSet ? give : take, { workspaceId, id, tag, at: new Date(at) });
    const event = tell(workspaceId, customerMarked(id, ["tags"], at));
    for (const { sql, bindings } of [...retag(workspaceId, [id]), event]) tx.later(sql, bindings);
    const details = isSet ? { added: tag } : { removed: tag };
    writeEvent(tx, { actor, action: "customer.tagged", subject: { kind: "customer", id }, details, at });
    return { tags: after, version: version + 1 };
  });
}

const give = `
  update customers set own_tags = own_tags || cast(:tag as text), updated_at = :at
  where workspace_id = :workspaceId and id = :id`;

const take = `
  update customers set own_tags = array_remove(own_tags, cast(:tag as text)), updated_at = :at
  where workspace_id = :workspaceId and id = any(array(
    select id from customers where workspace_id = :workspaceId and id = :id
    union all
    select id from customers where workspace_id = :workspaceId and merged_into = :id))`;
