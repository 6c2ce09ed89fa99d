import { insertDataKey, joinDataKey } from "../privacy/data-key-sql.ts";
import { AppError } from "../app-error.ts";
import { writeEvent, type Actor } from "../audit/events.ts";
import { CustomerFilter } from "../customers/contract.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import { newDataKey, openDataKey } from "../privacy/keyring.ts";
import { sealColumn, unsealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { newRowId } from "../uuid.ts";
import { FILTERS_MAX, type FilterList, type NewFilter, type SavedFilter } from "./contract.ts";

/** The workspace's saved filters, by name. */
export async function listFilters(store: Store, workspaceId: string): Promise<FilterList> {
  const filters = await inSealedWorkspace(store, workspaceId, readFilters);
  return { filters: filters.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Saves a filter, sealed under a data key of its own: what is searched for may be a person's name.
 *  Throws `filter_exists` and `too_many_filters`. `now`: milliseconds. */
export function saveFilter(
  store: Store,
  workspaceId: string,
  { name, filter }: NewFilter,
  actor: Actor,
  now: number,
): Promise<SavedFilter> {
  // One at a time: names are sealed, so no unique index could refuse the second of two.
  const lock = advisoryKey("filters", workspaceId);
  return inSealedWorkspace(
    store,
    workspaceId,
    async (tx) => {
      const others = await readFilters(tx);
      if (others.some((other) => other.name === name)) {
        throw new AppError(
          "filter_exists",
          "There is a filter of this name: delete it first, or choose another name.",
        );
      }
      if (others.length >= FILTERS_MAX) {
        throw new AppError(
          "too_many_filters",
          `A workspace keeps at most ${FILTERS_MAX} filters: delete one first.`,
        );
      }
      const saved = savedFrom(newRowId(), name, filter, new Date(now));
      await insertFilter(tx, saved, now);
      writeEvent(tx, {
        actor,
        action: "filter.changed",
        subject: { kind: "filter", id: saved.id },
        details: { change: "saved", parameters: Object.keys(filter) },
        at: now,
      });
      return saved;
    },
    { locks: [lock] },
  );
}

/** Deletes a filter and its data key. Throws `filter_not_found`. */
export function deleteFilter(
  store: Store,
  workspaceId: string,
  id: string,
  actor: Actor,
  now: number,
): Promise<void> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const gone = await tx.prepared(
      `with gone as (
         delete from customer_filters where workspace_id = :workspaceId and id = :id returning id
       ),
       key as (
         delete from data_keys using gone where workspace_id = :workspaceId and subject_id = gone.id
       )
       select id from gone`,
      { workspaceId, id },
    );
    if (gone.length === 0) throw new AppError("filter_not_found", "There is no such filter.");
    writeEvent(tx, {
      actor,
      action: "filter.changed",
      subject: { kind: "filter", id },
      details: { change: "deleted" },
      at: now,
    });
  });
}

interface FilterRow {
  readonly id: string;
  readonly name: Uint8Array;
  readonly filter: Uint8Array;
  readonly created_at: Date;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

async function readFilters(tx: SealedTransaction): Promise<readonly SavedFilter[]> {
  const { workspaceId, keyring } = tx;
  const rows = await tx.prepared<FilterRow>(
    `select filter.*, key.key_version, key.key_wrapped
     from (
       select id, name, filter, created_at from customer_filters
       where workspace_id = :workspaceId order by id limit :most
     ) as filter
  ${joinDataKey("filter.id")}`,
    { workspaceId, most: FILTERS_MAX },
  );
  return rows.map((row) => {
    const key = openDataKey(keyring, row.id, row);
    const name = unsealColumn(workspaceId, key, "customer_filters.name", row.id, row.name);
    const filter = unsealColumn(workspaceId, key, "customer_filters.filter", row.id, row.filter);
    return savedFrom(row.id, name, CustomerFilter.parse(JSON.parse(filter)), row.created_at);
  });
}

async function insertFilter(
  tx: SealedTransaction,
  { id, name, filter }: SavedFilter,
  now: number,
): Promise<void> {
  const { workspaceId, keyring } = tx;
  const { key, row } = newDataKey(keyring, id);
  await tx.prepared(
    `with key as (${insertDataKey(":id")}
     )
     insert into customer_filters (workspace_id, id, name, filter, created_at)
     values (:workspaceId, :id, :name, :filter, :now)`,
    {
      workspaceId,
      id,
      keyVersion: row.key_version,
      keyWrapped: row.key_wrapped,
      name: sealColumn(workspaceId, key, "customer_filters.name", id, name),
      filter: sealColumn(workspaceId, key, "customer_filters.filter", id, JSON.stringify(filter)),
      now: new Date(now),
    },
  );
}

function savedFrom(id: string, name: string, filter: CustomerFilter, createdAt: Date): SavedFilter {
  const query = new URLSearchParams();
  for (const [parameter, given] of Object.entries(filter)) {
    for (const value of [given ?? []].flat()) query.append(parameter, value);
  }
  return { id, name, filter, query: query.toString(), createdAt: createdAt.toISOString() };
}
