import type { BoundSql } from "../database/statement.ts";
import { customerErased, customerMerged } from "../webhooks/customer-events.ts";
import { tell } from "../webhooks/tell.ts";

/** Removes a customer that nothing keeps. The activity and the entries go with the row; and without its data key nothing of it can be read in a backup either. Those
 *  who were merged into it go first. */
export function removeProfile(
  workspaceId: string,
  { id, successorId }: { readonly id: string; readonly successorId?: string },
  isSurvivor: boolean,
  now: number,
): readonly BoundSql[] {
  const bindings = { workspaceId, id };
  const event =
    successorId === undefined
      ? customerErased(id, "left_empty", now)
      : customerMerged(successorId, id, "moved", now);
  return [
    ...(isSurvivor ? [{ sql: removeAbsorbed, bindings }] : []),
    { sql: remove, bindings },
    tell(workspaceId, event),
  ];
}

const remove = `
  with key as (delete from data_keys where workspace_id = :workspaceId and subject_id = :id)
  delete from customers where workspace_id = :workspaceId and id = :id`;

const removeAbsorbed = `
  with absorbed as (
    delete from customers where workspace_id = :workspaceId and merged_into = :id returning id
  )
  delete from data_keys where workspace_id = :workspaceId and subject_id = any(array(select id from absorbed))`;
