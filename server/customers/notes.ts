import { joinDataKey } from "../privacy/data-key-sql.ts";
import { AppError } from "../app-error.ts";
import { writeEvent, type Actor, type Deed } from "../audit/events.ts";
import { decodePlace, encodePlace } from "../http/cursor.ts";
import { openDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import { sealColumn, unsealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { isUuid, newRowId } from "../uuid.ts";
import { familyOf } from "./family.ts";
import { missingCustomer } from "./missing-customer.ts";
import type { NewNote, NotePage, NotesQuery, NoteView } from "./note-contract.ts";

/** A row of `notesOfFamily`. */
export interface NoteRow extends KeyRow {
  readonly id: string;
  readonly customer_id: string;
  readonly text: Uint8Array;
  readonly actor_kind: Actor["kind"];
  readonly actor_id: string;
  readonly at: Date;
}

/** Adds a note. Throws `customer_not_found` and `customer_merged`. */
export async function addNote(
  store: Store,
  workspaceId: string,
  customerId: string,
  { text }: NewNote,
  { actor, at }: Deed,
): Promise<NoteView> {
  const id = newRowId();
  await inSealedWorkspace(store, workspaceId, async (tx) => {
    const key = await keyOf(tx, customerId, "lock");
    tx.later(
      `insert into notes (workspace_id, id, customer_id, text, actor_kind, actor_id, at)
       values (:workspaceId, :id, :customerId, :text, :actorKind, :actorId, :at)`,
      {
        workspaceId,
        id,
        customerId,
        text: sealColumn(workspaceId, key, "notes.text", id, text),
        actorKind: actor.kind,
        actorId: actor.id,
        at: new Date(at),
      },
    );
    const subject = { kind: "customer", id: customerId } as const;
    writeEvent(tx, { actor, action: "customer.noted", subject, details: { added: id }, at });
  });
  return { id, text, author: { ...actor }, at: new Date(at).toISOString() };
}

/** A page of notes, the latest first, with those of whom was merged into the customer. Throws `customer_not_found`,
 *  `customer_merged`, and `invalid_request` for a cursor that is none. */
export async function listNotes(
  store: Store,
  workspaceId: string,
  customerId: string,
  { cursor, limit }: NotesQuery,
): Promise<NotePage> {
  // Ids have their time in front: later ones are greater. None is as great as this.
  const [before = LAST] = cursor === undefined ? [] : decodePlace(cursor, isUuid);
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    await keyOf(tx, customerId, "read");
    const rows = await tx.prepared<NoteRow>(
      `${notesOfFamily("id < :before order by id desc limit :most")}
       order by note.id desc limit :most`,
      { workspaceId, customerId, before, most: limit + 1 }, // one more tells whether there is another page
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      notes: page.map((row) => noteView(tx, row)),
      nextCursor: rows.length > limit && last !== undefined ? encodePlace(last.id) : null,
    };
  });
}

/** The notes of a customer and of those who were merged into it, each sealed under its own customer's key. `which`: which of each
 *  customer's; bound: workspaceId, customerId. */
export const notesOfFamily = (which: string) => `
  select note.*, key.key_version, key.key_wrapped
  from (${familyOf(":customerId")}) as member
  cross join lateral (
    select id, customer_id, text, actor_kind, actor_id, at from notes
    where workspace_id = :workspaceId and customer_id = member.id and ${which}
  ) as note
  ${joinDataKey("member.id")}`;

export function noteView({ workspaceId, keyring }: SealedTransaction, row: NoteRow): NoteView {
  const key = openDataKey(keyring, row.customer_id, row);
  return {
    id: row.id,
    text: unsealColumn(workspaceId, key, "notes.text", row.id, row.text),
    author: { kind: row.actor_kind, id: row.actor_id },
    at: row.at.toISOString(),
  };
}

const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** Removes a note for good. Throws `customer_not_found`, `customer_merged` and `note_not_found`. */
export async function deleteNote(
  store: Store,
  workspaceId: string,
  customerId: string,
  id: string,
  { actor, at }: Deed,
): Promise<void> {
  await inSealedWorkspace(store, workspaceId, async (tx) => {
    await keyOf(tx, customerId, "lock");
    const gone = await tx.prepared(
      `delete from notes
       where workspace_id = :workspaceId and id = :id and customer_id = any(array(${familyOf(":customerId")}))
       returning id`,
      { workspaceId, id, customerId },
    );
    if (gone.length === 0) throw new AppError("note_not_found", "The customer has no such note.");
    const subject = { kind: "customer", id: customerId } as const;
    writeEvent(tx, { actor, action: "customer.noted", subject, details: { removed: id }, at });
  });
}

interface KeyRow {
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

// Locked before it gets a note: a turn that removes the customer looks for notes with the same lock.
const keys = {
  lock: keyStatement("for no key update"),
  read: keyStatement("offset 0"),
} as const;

function keyStatement(how: string): string {
  return `
    select key.key_version, key.key_wrapped
    from (
      select id from customers where workspace_id = :workspaceId and id = :id and merged_into is null ${how}
    ) as customer
  ${joinDataKey("customer.id")}`;
}

async function keyOf(tx: SealedTransaction, id: string, how: keyof typeof keys): Promise<DataKey> {
  const [row] = await tx.prepared<KeyRow>(keys[how], { workspaceId: tx.workspaceId, id });
  if (row === undefined) throw await missingCustomer(tx, id);
  return openDataKey(tx.keyring, id, row);
}
