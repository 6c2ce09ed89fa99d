import type { BoundSql } from "../database/statement.ts";
import { enterCustomers } from "./entries.ts";
import { familyOf } from "./family.ts";

/** Brings the tags that customers show up to date: those that they were given themselves, and those of whom was merged into them. To be
 *  sent behind whatever changes own_tags or merged_into, in the same transaction; the version moves where they change. */
export function retag(workspaceId: string, ids: readonly string[]): readonly BoundSql[] {
  return [{ sql: show, bindings: { workspaceId, ids } }, enterCustomers(workspaceId, ids)];
}

const show = `
  update customers as customer set tags = shown.tags, version = version + 1
  from (
    select asked.id, array(
      select distinct own.tag collate "C"
      from (${familyOf("asked.id")}) as member
      cross join lateral (
        select unnest(own_tags) as tag from customers where workspace_id = :workspaceId and id = member.id offset 0
      ) as own
      order by 1
    ) as tags
    from unnest(cast(:ids as uuid[])) as asked (id)
  ) as shown
  where customer.workspace_id = :workspaceId and customer.id = any(cast(:ids as uuid[])) and customer.id = shown.id
    and customer.tags <> shown.tags`;
