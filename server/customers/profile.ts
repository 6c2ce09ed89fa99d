import type { BoundSql } from "../database/statement.ts";
import { foldProfile, type Claim } from "./fold.ts";

/** A claim and its place in the order in which they were recorded. */
export interface ToldClaim extends Claim {
  readonly seq: number;
}

/** A conversation as far as a profile follows from it. Times in milliseconds since the epoch. */
export interface Talk {
  readonly id: string;
  readonly customerId: string | null;
  readonly startedAt: number;
  readonly lastAt: number;
  readonly claims: readonly ToldClaim[];
}

/** A customer with all that its conversations say; without an email it hangs on its handle. */
export interface Told {
  readonly id: string;
  readonly emailKey: string | null;
  readonly talks: readonly Talk[];
}

const columns = `
    email_key = cast(:email as text), email = :email, name = :name, phone = :phone,
    unvalidated = :unvalidated, details = :details, conflicts = :conflicts,
    first_at = :firstAt, last_at = :lastAt, conversation_count = :conversationCount, updated_at = :now`;

const update = `
  update customers set ${columns}, version = version + 1
  where workspace_id = :workspaceId and id = :id`;

const insert = `
  insert into customers (
    workspace_id, id, email_key, email, name, phone, unvalidated, details, conflicts, first_at, last_at, conversation_count,
    created_at, updated_at)
  values (
    :workspaceId, :id, cast(:email as text), :email, :name, :phone, :unvalidated, :details, :conflicts, :firstAt, :lastAt,
    :conversationCount, :now, :now)`;

const remove = "delete from customers where workspace_id = :workspaceId and id = :id";

/** Writes a customer as it follows from its conversations: values, conflicts, count and dates; one without any is removed.
 *  The row of a customer that is not new must be locked. */
export function writeProfile(workspaceId: string, told: Told, isNew: boolean, now: number): BoundSql {
  const { id, emailKey, talks } = told;
  if (talks.length === 0) return { sql: remove, bindings: { workspaceId, id } };
  const claims = talks.flatMap((talk) => talk.claims).toSorted((a, b) => a.seq - b.seq);
  const { values, unvalidated, conflicts } = foldProfile(emailKey, claims);
  const { email = null, name = null, phone = null, ...details } = values;
  return {
    sql: isNew ? insert : update,
    bindings: {
      workspaceId,
      id,
      email,
      name,
      phone,
      unvalidated: JSON.stringify(unvalidated),
      details: JSON.stringify(details),
      conflicts: JSON.stringify(conflicts),
      firstAt: new Date(Math.min(...talks.map(({ startedAt }) => startedAt))),
      lastAt: new Date(Math.max(...talks.map(({ lastAt }) => lastAt))),
      conversationCount: talks.length,
      now: new Date(now),
    },
  };
}
