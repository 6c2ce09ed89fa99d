import { joinDataKey } from "../privacy/data-key-sql.ts";
import { AppError } from "../app-error.ts";
import { writeEvent, type Actor } from "../audit/events.ts";
import { openDataKey } from "../privacy/keyring.ts";
import { unsealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { isUuid } from "../uuid.ts";
import type { FindingsPage, FindingsQuery, MissedFinding } from "./contract.ts";

interface Row extends Pick<MissedFinding, "id" | "turn" | "field" | "reason" | "extractor" | "status"> {
  readonly conversation_id: string;
  readonly message_seq: number;
  readonly span_start: number;
  readonly span_end: number;
  readonly at: Date;
  readonly message_id: string;
  readonly text: Uint8Array;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

/** With the message that it was found in, and its conversation's key. */
const findingsOf = (found: string) => `
  select finding.*, message.id as message_id, message.text,
    key.key_version, key.key_wrapped
  from (
    select id, conversation_id, message_seq, turn, field, reason, extractor, span_start, span_end, at, status
    from findings where workspace_id = :workspaceId and ${found}
  ) as finding
  cross join lateral (
    select id, text from messages
    where workspace_id = :workspaceId and conversation_id = finding.conversation_id and seq = finding.message_seq
    offset 0
  ) as message
  ${joinDataKey("finding.conversation_id")}`;

const page = `${findingsOf(`
      status = :status and at >= :from and at < :to and (at, id) < (:lastAt, :lastId)
      and (cast(:field as text) is null or field = :field)
      and (cast(:reason as text) is null or reason = :reason)
    order by at desc, id desc limit :most`)}
  order by finding.at desc, finding.id desc`;

const one = findingsOf("id = :id");

// Beyond what a message can have.
const EARLIEST = new Date(Date.UTC(1000, 0, 1));
const LATEST = new Date(Date.UTC(9999, 0, 1));
const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** A page of the ledger, the latest first. Throws `invalid_request` for a cursor that is none. */
export async function listFindings(
  store: Store,
  workspaceId: string,
  { status, field, reason, from, to, cursor, limit }: FindingsQuery,
): Promise<FindingsPage> {
  const place = cursor === undefined ? { at: LATEST, id: LAST_ID } : decode(cursor);
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    // One more than the page holds tells whether there is another.
    const rows = await tx.prepared<Row>(page, {
      workspaceId,
      status,
      field: field ?? null,
      reason: reason ?? null,
      from: from === undefined ? EARLIEST : new Date(from),
      to: to === undefined ? LATEST : new Date(to),
      lastAt: place.at,
      lastId: place.id,
      most: limit + 1,
    });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      findings: shown.map((row) => findingFrom(tx, row)),
      nextCursor: rows.length > limit && last !== undefined ? encode(last) : null,
    };
  });
}

/** Says that a finding was worked through, or is to be again. Throws `finding_not_found`. `now`: milliseconds. */
export async function markFinding(
  store: Store,
  workspaceId: string,
  id: string,
  { status, actor, now }: { readonly status: "open" | "done"; readonly actor: Actor; readonly now: number },
): Promise<MissedFinding> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const changed = await tx.prepared(
      `update findings set status = :status
       where workspace_id = :workspaceId and id = :id and status <> :status returning id`,
      { workspaceId, id, status },
    );
    const [row] = await tx.prepared<Row>(one, { workspaceId, id });
    if (row === undefined) throw new AppError("finding_not_found", "There is no such finding.");
    if (changed.length > 0) {
      const subject = { kind: "finding", id } as const;
      writeEvent(tx, { actor, action: "finding.marked", subject, details: { status }, at: now });
    }
    return findingFrom(tx, row);
  });
}

function findingFrom({ workspaceId, keyring }: SealedTransaction, row: Row): MissedFinding {
  const { conversation_id: conversationId, span_start: start, span_end: end } = row;
  const key = openDataKey(keyring, conversationId, row);
  const text = unsealColumn(workspaceId, key, "messages.text", row.message_id, row.text);
  return {
    id: row.id,
    conversationId,
    messageSeq: row.message_seq,
    turn: row.turn,
    field: row.field,
    reason: row.reason,
    extractor: row.extractor,
    raw: text.slice(start, end),
    span: { start, end },
    text,
    at: row.at.toISOString(),
    status: row.status,
  };
}

const encode = ({ at, id }: Row) => Buffer.from(`${at.getTime()} ${id}`).toString("base64url");

function decode(cursor: string): { readonly at: Date; readonly id: string } {
  const [, at, id] = /^([0-9]{1,15}) (.*)$/u.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  if (at === undefined || id === undefined || !isUuid(id)) {
    const detail = "is not a cursor that this server gave";
    throw new AppError("invalid_request", `?cursor ${detail}.`, { faults: [{ pointer: "?cursor", detail }] });
  }
  return { at: new Date(Number(at)), id };
}
