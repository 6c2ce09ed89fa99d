import { v7 } from "uuid";
import { beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import type { WorkspaceTransaction } from "../../../server/database/in-workspace.ts";
import { createWorkspace } from "../../../server/workspaces/workspaces.ts";
import { DATABASE_KINDS, openTestDatabase, useDatabase } from "../../support/test-databases.ts";
import { faultsOfCatalogue } from "../../../server/database/catalogue.ts";

const NOW = Date.UTC(2026, 0, 1);

// A row of every table, in an order that the foreign keys allow. All ids are the workspace's, so rows are told apart by it.
const rows: Readonly<Record<string, string>> = {
  workspaces: "(workspace_id, name, created_at) values (:w, 'W', now())",
  installation_workspaces: "(workspace_id, listed_id, created_at) values (:w, :w, now())",
  api_keys:
    "(workspace_id, id, label, secret_hash, scopes, created_at) values (:w, :w, '', sha256(''), '{}', now())",
  handles: `(workspace_id, id, platform, handle_key, index_version, revision, created_at)
    values (:w, :w, 'api', sha256(''), 1, 1, now())`,
  customers: `(workspace_id, id, index_version, profile, fields, tokens, created_at, updated_at)
    values (:w, :w, 1, '', '{}', '{}', now(), now())`,
  merges: `(workspace_id, id, survivor_id, absorbed_id, conversation_ids, choices, survivor_first_at, survivor_last_at,
      absorbed_first_at, absorbed_last_at, actor_kind, actor_id, merged_at)
    values (:w, :w, :w, :w, '{}', '{}', now(), now(), now(), now(), 'operator', '', now())`,
  customer_activity: `(workspace_id, customer_id, first_at, last_at, conversation_count)
    values (:w, :w, now(), now(), 1)`,
  conversations: `(workspace_id, id, handle_id, platform, handle, started_at, last_at, state)
    values (:w, :w, :w, 'api', '', now(), now(), '')`,
  messages: `(workspace_id, conversation_id, seq, id, handle_id, role, text, at, recorded_at)
    values (:w, :w, 1, :w, :w, 'customer', '', now(), now())`,
  turns: `(workspace_id, conversation_id, turn, message_seq, trace, pack_hash, engine_version, at)
    values (:w, :w, 1, 1, '', '', '', now())`,
  claims: `(workspace_id, id, conversation_id, handle_id, message_seq, turn, field, said, span_start, span_end,
      extractor, unvalidated, pack_hash, trust, at)
    values (:w, :w, :w, :w, 1, 1, 'name', '', 0, 4, 'name', false, '', 'claimed', now())`,
  identity_keys: `(workspace_id, id, algorithm, label, public_key, created_at)
    values (:w, :w, 'EdDSA', '', '', now())`,
  identity_challenges: `(workspace_id, id, conversation_id, email, email_key, index_version, code_hash, tries, created_at,
      expires_at)
    values (:w, :w, :w, '', sha256(''), 1, sha256(''), 0, now(), now())`,
  staff_values: `(workspace_id, id, customer_id, field, trust, said, unvalidated, actor_kind, actor_id, at)
    values (:w, :w, :w, 'name', 'staff', '', false, 'operator', '', now())`,
  notes: `(workspace_id, id, customer_id, text, actor_kind, actor_id, at)
    values (:w, :w, :w, '', 'operator', '', now())`,
  customer_entries: "(workspace_id, entry, customer_id) values (:w, 'has name', :w)",
  customer_filters: `(workspace_id, id, name, filter, created_at) values (:w, :w, '', '', now())`,
  audit_events: `(workspace_id, id, at, actor_kind, actor_id, action, subject_kind, subject_id, details)
    values (:w, :w, now(), 'operator', '', 'customer.viewed', 'customer', '', '{}')`,
  audit_leaves: "(workspace_id, id, leaf) values (:w, :w, '')",
  audit_seals: `(workspace_id, number, at, leaf_count, leaves, hash) values (:w, 1, now(), 1, '', sha256(''))`,
  rule_packs: "(workspace_id, hash, files, created_at) values (:w, '', '[]', now())",
  findings: `(workspace_id, id, conversation_id, message_seq, turn, field, reason, extractor, span_start, span_end, at)
    values (:w, :w, :w, 1, 1, 'email', 'malformed', 'email', 0, 4, now())`,
  workspace_keys: `(workspace_id, kind, version, provider, wrapped, created_at)
    values (:w, 'data', 1, '', '', now())`,
  signing_keys: "(workspace_id, id, public_key, created_at) values (:w, :w, '', now())",
  erasures: `(workspace_id, id, at, subject_kind, subject_id, certificate, signature, signing_key_id)
    values (:w, :w, now(), 'customer', :w, '', sha256('') || sha256(''), :w)`,
  idempotency_drawers: "(workspace_id, id, opened_at) values (:w, :w, now())",
  idempotency_keys: `(workspace_id, key_hash, claim_id, fingerprint, drawer_id, claimed_at, locked_until)
    values (:w, sha256(''), :w, sha256(''), :w, now(), now())`,
  rate_counts: "(workspace_id, name_hash, points, expires_at) values (:w, sha256(''), 1, now())",
  data_keys: "(workspace_id, subject_id, workspace_key_version, wrapped) values (:w, :w, 1, '')",
  webhook_endpoints: `(workspace_id, id, url, secrets, events, with_values, status, created_at, updated_at)
    values (:w, :w, '', '', '{}', false, 'enabled', now(), now())`,
  webhook_subscriptions: `(workspace_id, event, endpoint_id, with_values)
    values (:w, 'customer.created', :w, false)`,
  webhook_events: "(workspace_id, id, type, about, at) values (:w, :w, 'customer.created', '{}', now())",
  webhook_deliveries: `(workspace_id, event_id, endpoint_id, status, next_at)
    values (:w, :w, :w, 'waiting', now())`,
  actions: `(workspace_id, action, enabled, configuration_version, added_at, added_by_kind, added_by_id,
      changed_at, changed_by_kind, changed_by_id)
    values (:w, 'a', true, 1, now(), 'operator', '', now(), 'operator', '')`,
  action_configurations: `(workspace_id, action, version, configuration, actor_kind, actor_id, at)
    values (:w, 'a', 1, '{}', 'operator', '', now())`,
  subscriptions: `(workspace_id, plan, status, provider, changed_at, changed_by_kind, changed_by_id)
    values (:w, 'starter', 'active', 'manual', now(), 'operator', '')`,
  billing_events: `(workspace_id, id, type, created_at, received_at, told)
    values (:w, 'evt_1', 'invoice.paid', now(), now(), '{}')`,
  refusals: "(workspace_id, conversation_id, field, handle_id, at) values (:w, :w, 'phone', :w, now())",
  people:
    "(workspace_id, id, email, email_key, index_version, created_at) values (:w, :w, '', sha256(''), 1, now())",
  person_workspaces: "(workspace_id, person_id, listed_id) values (:w, :w, :w)",
  sessions: `(workspace_id, id, person_id, secret_hash, created_at, seen_at, expires_at)
    values (:w, :w, :w, sha256(''), now(), now(), now())`,
  person_links: `(workspace_id, id, kind, secret_hash, created_at, expires_at)
    values (:w, :w, 'set_up', sha256(''), now(), now())`,
  attempts: "(workspace_id, key, count, until) values (:w, sha256(''), 1, now())",
  members: "(workspace_id, person_id, role, since) values (:w, :w, 'owner', now())",
  invitations: `(workspace_id, id, email, email_key, index_version, role, secret_hash, invited_by, created_at, expires_at)
    values (:w, :w, '', sha256(''), 1, 'agent', sha256(''), :w, now(), now())`,
};
const tables = Object.keys(rows);

async function fill(database: Database, w: string): Promise<void> {
  await inWorkspace(database, w, async (tx) => {
    for (const [table, row] of Object.entries(rows)) await tx.raw(`insert into ${table} ${row}`, { w });
  });
}

/** What workspace `mine` can do to the rows of workspace `theirs`; empty when it cannot see, change, take or add one. */
async function trespasses(database: Database, mine: string, theirs: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of tables) {
    const attempts: Readonly<Record<string, string>> = {
      reads: `select 1 from ${table} where workspace_id <> :mine`,
      changes: `update ${table} set workspace_id = workspace_id where workspace_id = :theirs returning 1`,
      deletes: `delete from ${table} where workspace_id = :theirs returning 1`,
    };
    for (const [act, sql] of Object.entries(attempts)) {
      if (await succeeds(database, mine, sql, { mine, theirs })) found.push(`${act} ${table}`);
    }
    const insert = `insert into ${table} ${rows[table]} on conflict do nothing returning 1`;
    if (await succeeds(database, mine, insert, { w: v7() })) found.push(`adds to ${table}`);
  }
  return found;
}

class Undo extends Error {}

/** Whether a statement touches a row. Whatever it does is undone. */
async function succeeds(
  database: Database,
  workspaceId: string,
  sql: string,
  values: Readonly<Record<string, string>>,
): Promise<boolean> {
  const names = new Set([...sql.matchAll(/:([a-z]+)/gu)].map(([, name]) => name));
  const used = Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
  let touched = 0;
  const attempt = async (tx: WorkspaceTransaction) => {
    touched = (await tx.raw(sql, used)).length;
    throw new Undo();
  };
  await inWorkspace(database, workspaceId, attempt).catch(() => {});
  return touched > 0;
}

describe.each(DATABASE_KINDS)("tenants on %s", (kind) => {
  const database = useDatabase(kind);
  const [a, b] = [v7(), v7()];
  beforeAll(async () => {
    await fill(database(), a);
    await fill(database(), b);
  });

  test("every table is tried", async () => {
    const { rows: found } = await database().knex.raw(
      `select relname::text as name from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace
       and relname not like 'knex\\_%'`,
    );
    expect(found.map(({ name }: { name: string }) => name).toSorted()).toEqual(tables.toSorted());
  });

  test("a workspace sees its own rows", async () => {
    for (const table of tables)
      expect(await succeeds(database(), a, `select 1 from ${table}`, {})).toBe(true);
  });

  test("a workspace cannot see, change, delete or add another's rows", async () => {
    expect(await trespasses(database(), a, b)).toEqual([]);
  });

  test("the catalogue holds to the rules of tenancy", async () => {
    expect(await faultsOfCatalogue(database().knex)).toEqual([]);
  });

  test("a query without a workspace fails, even for the tables' owner", async () => {
    const role = kind === "pglite" ? ["set local role enrich_app"] : []; // PGlite's only login is a superuser
    const session = await database().session();
    const run = (...texts: readonly string[]) =>
      session.run(texts.map((text) => ({ text, values: [], name: null })));
    await expect(run("begin", ...role, "select 1 from workspaces")).rejects.toThrow(
      /app\.workspace_id|uuid/u,
    );
    await run("rollback");
    await session.release("clean");
  });

  test("an id that is no UUID never reaches the database", async () => {
    const evil = "00000000-0000-7000-8000-000000000000'; reset role; --";
    await expect(inWorkspace(database(), evil, async () => {})).rejects.toThrow(TypeError);
  });
});

describe.each(DATABASE_KINDS)("the checks of tenancy on %s go red", (kind) => {
  const breakages: Readonly<Record<string, string>> = {
    "when a policy is dropped": "drop policy workspace on claims",
    "when a policy lets everything through":
      "alter policy workspace on messages using (true) with check (true)",
    "when a second policy opens a table": "create policy everyone on customers using (true)",
    "when row-level security is switched off": "alter table conversations disable row level security",
    "when it binds the owner no more": "alter table turns no force row level security",
    "when a unique index spans workspaces": "create unique index everywhere on customers (email_key)",
    "when a table comes without all this": "create table leads (id uuid primary key)",
  };

  test.each(Object.entries(breakages))("%s", async (_when, sql) => {
    const database = await openTestDatabase(kind);
    try {
      await database.knex.raw(sql);
      expect(await faultsOfCatalogue(database.knex)).not.toEqual([]);
    } finally {
      await database.close();
    }
  });

  test("a workspace is seen to trespass where security is off", async () => {
    const database = await openTestDatabase(kind);
    try {
      const [a, b] = [await createWorkspace(database, "A", NOW), v7()];
      await fill(database, b);
      await database.knex.raw("alter table claims disable row level security");
      await database.knex.raw("alter policy workspace on messages using (true) with check (true)");
      const found = await trespasses(database, a, b);
      expect(found).toContain("reads claims");
      expect(found).toContain("deletes claims");
      expect(found).toContain("reads messages");
    } finally {
      await database.close();
    }
  });
});
