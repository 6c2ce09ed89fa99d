import { TOTP, URI } from "otpauth";
import { beforeAll, describe, expect, test } from "vitest";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import { getConversation, getTurn } from "../../../server/conversations/queries.ts";
import { listEvents } from "../../../server/audit/queries.ts";
import { listClaims } from "../../../server/customers/claims.ts";
import { customerHistory } from "../../../server/customers/history.ts";
import { addNote, deleteNote, listNotes } from "../../../server/customers/notes.ts";
import { editFields, verifyField } from "../../../server/customers/staff-edits.ts";
import { getTags, setTag } from "../../../server/customers/tags.ts";
import { CustomersQuery } from "../../../server/customers/contract.ts";
import { encodeCursor } from "../../../server/customers/cursor.ts";
import { listCustomers } from "../../../server/customers/list.ts";
import { getCustomer } from "../../../server/customers/queries.ts";
import type { Database } from "../../../server/database/database.ts";
import type { Query } from "../../../server/database/session.ts";
import { FindingsQuery } from "../../../server/findings/contract.ts";
import { listFindings, markFinding } from "../../../server/findings/queries.ts";
import { encodePlace } from "../../../server/http/cursor.ts";
import { erase } from "../../../server/erasure/erase.ts";
import { exportLedger } from "../../../server/erasure/ledger.ts";
import { listErasures } from "../../../server/erasure/queries.ts";
import { importCustomers } from "../../../server/imports/import-customers.ts";
import { readCsv } from "../../../server/imports/read-csv.ts";
import { exportCustomers } from "../../../server/exports/export-customers.ts";
import { exportPerson } from "../../../server/exports/export-person.ts";
import { previewRetention, putRetention } from "../../../server/retention/queries.ts";
import { inSealedWorkspace } from "../../../server/privacy/store.ts";
import { INDEXED } from "../../../server/reindex/tables.ts";
import { chat } from "../../../server/turn/chat.ts";
import { MergeRequest } from "../../../server/merging/contract.ts";
import { findDuplicates } from "../../../server/merging/duplicates.ts";
import { listMerges } from "../../../server/merging/list-merges.ts";
import { mergeCustomers } from "../../../server/merging/merge.ts";
import { unmergeCustomers } from "../../../server/merging/unmerge.ts";
import { claim, KEPT_MS, prolong, release, settle } from "../../../server/idempotency/claims.ts";
import { sweepIdempotency } from "../../../server/idempotency/sweep.ts";
import { createSharedCounts } from "../../../server/limits/shared-counts.ts";
import { createLog } from "../../../server/log.ts";
import {
  createApiKey,
  hasLiveApiKey,
  listApiKeys,
  revokeApiKey,
  verifyApiKey,
} from "../../../server/workspaces/api-keys.ts";
import { createKeyUse } from "../../../server/workspaces/key-use.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { acceptInvitation } from "../../../server/members/accept.ts";
import { changeMember } from "../../../server/members/change-members.ts";
import { invite } from "../../../server/members/invitations.ts";
import { addMember, readMembership } from "../../../server/members/members.ts";
import { createReset, resetPassword } from "../../../server/people/reset.ts";
import { createSetUpToken, setUp } from "../../../server/people/set-up.ts";
import { confirmTotp, enrolTotp, removeTotp } from "../../../server/people/totp.ts";
import { viewSession } from "../../../server/sessions/session-view.ts";
import { findSession } from "../../../server/sessions/sessions.ts";
import { signIn } from "../../../server/sessions/sign-in.ts";
import { ensureFirstWorkspace } from "../../../server/workspaces/workspaces.ts";
import { claimDue } from "../../../server/webhooks/claim.ts";
import { listDeliveries, redeliver, testWebhook } from "../../../server/webhooks/deliveries.ts";
import { createWebhook, deleteWebhook } from "../../../server/webhooks/endpoints.ts";
import { purgeEvents } from "../../../server/webhooks/purge.ts";
import { putBack, settleDelivery } from "../../../server/webhooks/settle-delivery.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { tablesOf } from "../../support/canaries.ts";
import { defaultPack } from "../../support/packs.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";
import { storeOf } from "../../support/stores.ts";

const DEED = { actor: { kind: "operator", id: "test" }, at: Date.UTC(2025, 5, 1, 13) } as const;
const requestOf = (other: string) => MergeRequest.parse({ with: other });
const NOON = Date.UTC(2025, 5, 1, 12);

const PLANNED = /^\s*(?:select|insert|update|delete|with)\b/u;
const plain = (text: string): Query => ({ text, values: [], name: null });

/** The same database; `seen` gets the text of every statement that a transaction runs. */
function listenTo(database: Database, seen: Set<string>): Database {
  return {
    ...database,
    async session() {
      const session = await database.session();
      const run: typeof session.run = (queries) => {
        for (const { text } of queries) if (PLANNED.test(text) && !OF_KEYS.test(text)) seen.add(text);
        return session.run(queries);
      };
      return { ...session, run };
    },
  };
}

/** The plan that a connection keeps for the statement, whatever its values. */
async function planOf(database: Database, text: string): Promise<readonly string[]> {
  const session = await database.session();
  try {
    const parameters = [...text.matchAll(/\$(\d+)/gu)].map(([, number]) => Number(number));
    const nulls = Array.from({ length: Math.max(0, ...parameters) }, () => "null").join(", ");
    const results = await session.run([
      plain("begin"),
      plain("set local plan_cache_mode = force_generic_plan"),
      plain(`prepare planned as ${text}`),
      plain(`explain execute planned${nulls && `(${nulls})`}`),
    ]);
    return (results.at(-1) ?? []).map((row) => String(Object.values(row)[0]).trim());
  } finally {
    await session.run([plain("rollback"), plain("deallocate planned")]);
    await session.release("clean");
  }
}

// A workspace's own keys, webhooks and open invitations are a handful each, and are read together; of itself and its
// subscription there is one row.
const OF_KEYS =
  /(?:from|into) (?:workspace_keys|signing_keys|webhook_endpoints|invitations)|(?:from|update) (?:workspaces|subscriptions)/u;

async function drain(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const piece of pieces) expect(piece).toBeDefined();
}

/** All that staff does and reads. */
async function edit(database: Database, workspaceId: string, id: string): Promise<void> {
  const store = storeOf(database);
  const pack = await defaultPack();
  const by = { actor: { kind: "operator", id: "test" }, at: NOON } as const;
  const editing = { workspaceId, id, seen: null, by };
  await editFields(store, pack, editing, { fields: { email: "new@work.example", name: "Anna" } }, null);
  await editFields(store, pack, editing, { fields: { email: null } }, null);
  await verifyField(store, pack, editing, { field: "name", verified: true });
  await setTag(database, workspaceId, id, { tag: "vip", isSet: true }, by);
  await getTags(database, workspaceId, id);
  const note = await addNote(store, workspaceId, id, { text: "Call back" }, by);
  await listNotes(store, workspaceId, id, { limit: 10 });
  await deleteNote(store, workspaceId, id, note.id, by);
  await customerHistory(store, workspaceId, id, { limit: 10, messages: 10 }, by);
  await listClaims(store, workspaceId, id, { limit: 10 }, by);
}

/** Keys, stored answers and shared counts. */
async function keepAnswers(database: Database, workspaceId: string): Promise<void> {
  const store = storeOf(database);
  const { keyId, key } = await createApiKey(database, workspaceId, "plans", NOON, { actor: DEED.actor });
  await verifyApiKey(database, key, NOON);
  createKeyUse(database, () => NOON, createLog("silent"))({ workspaceId, keyId });
  await listApiKeys(database, workspaceId, NOON);
  await hasLiveApiKey(database, workspaceId, NOON);
  await revokeApiKey(database, { workspaceId, keyId }, NOON, DEED.actor);
  const caller = { workspaceId, actor: { kind: "api_key", id: keyId }, kind: "key", scopes: [] } as const;
  const claimed = await claim(store, caller, "k1", "body", NOON);
  if ("answer" in claimed) throw new Error("claimed before");
  await prolong(store, workspaceId, claimed, NOON);
  await settle(store, workspaceId, claimed, "{}", NOON);
  await claim(store, caller, "k1", "body", NOON);
  await release(store, workspaceId, claimed);
  await sweepIdempotency(database, workspaceId, NOON + 2 * KEPT_MS);
  const counts = createSharedCounts(store, 60);
  await counts.add("caller", new Map([["a", 1]]));
  await counts.sweep();
}

/** Moves a row of every table to a next index key. */
async function reindex(database: Database, workspaceId: string): Promise<void> {
  await inSealedWorkspace(storeOf(database), workspaceId, async (tx) => {
    const next = { version: 2, secret: tx.keyring.wrappingKey.secret };
    const keyring = { ...tx.keyring, indexKeys: [next, ...tx.keyring.indexKeys] } as const;
    for (const { move } of INDEXED) {
      const batch = await move({ ...tx, keyring }, null, 1);
      await move({ ...tx, keyring }, batch?.place ?? null, 1);
    }
  });
}

/** All that people do who sign in. */
async function signInAndOut(database: Database, workspaceId: string): Promise<void> {
  const store = storeOf(database);
  const [email, password] = ["anna@plans.example", "seven geese at the pond"];
  const from = { address: "10.0.0.1", now: NOON };
  const token = (await createSetUpToken(database, NOON)) ?? "";
  await setUp(store, { token, email, password }, NOON);
  const session = await signIn(store, { email, password }, from);
  await findSession(database, session.secret, NOON);
  await viewSession(store, session);
  const app = URI.parse((await enrolTotp(store, session, password, NOON)).uri);
  if (!(app instanceof TOTP)) throw new Error("the URI is no TOTP's");
  const code = app.generate({ timestamp: NOON });
  const { recoveryCodes } = await confirmTotp(store, session, code, NOON);
  await expect(signIn(store, { email, password, code }, from)).rejects.toThrow("was used already");
  await signIn(store, { email, password, code: recoveryCodes[0] }, from);
  await removeTotp(store, session, password, NOON);
  const mail = await createReset(store, email, "https://plans.example", NOON);
  const [, reset = ""] = /#(\S+)/u.exec(mail?.text ?? "") ?? [];
  await resetPassword(store, { token: reset, password: "eight geese at the pond" }, NOON);
  const actor = { kind: "member", id: session.personId } as const;
  const { personId, id: sessionId } = session;
  const caller = { kind: "member", role: "owner", workspaceId, actor, personId, sessionId } as const;
  await inWorkspace(database, workspaceId, (tx) => addMember(tx, personId, "owner", NOON));
  const invited = await invite(store, caller, { email: "ben@plans.example", role: "agent" }, NOON);
  const joined = await acceptInvitation(store, { token: invited.token, password }, null, NOON);
  await readMembership(database, workspaceId, joined.personId);
  await changeMember(store, caller, { personId: joined.personId, role: "viewer" }, NOON);
  await changeMember(store, caller, { personId: joined.personId, role: null }, NOON);
  await expect(signIn(store, { email, password }, from)).rejects.toThrow("is wrong");
}

/** A webhook, an event for it, and what becomes of that. */
async function deliverWebhooks(database: Database, workspaceId: string): Promise<void> {
  const store = storeOf(database);
  const asked = { url: "https://plans.example/", events: ["customer.created" as const], withValues: true };
  const deed = { actor: DEED.actor, at: NOON };
  const { id } = await createWebhook(store, workspaceId, asked, { allowPrivate: false }, deed);
  const { eventId } = await testWebhook(store, workspaceId, id, NOON);
  const claimed = await claimDue(store, workspaceId, id, NOON);
  expect(claimed).toHaveLength(1);
  for (const one of claimed) {
    await putBack(store, workspaceId, one, NOON);
    await settleDelivery(store, workspaceId, { ...one, attempts: 0 }, 410, NOON, 0);
  }
  await listDeliveries(store, workspaceId, id, { limit: 10 });
  await redeliver(store, workspaceId, id, eventId, NOON);
  await purgeEvents(database, workspaceId, NOON);
  await deleteWebhook(store, workspaceId, id, deed);
}

describe.each(DATABASE_KINDS)("the plans on %s before there are statistics", (kind) => {
  const database = useDatabase(kind);
  // On a busy machine the server would come by and make some meanwhile.
  beforeAll(async () => {
    for (const table of await tablesOf(database()))
      await database().knex.raw("alter table ?? set (autovacuum_enabled = off)", [table]);
  });

  test("search no table by the workspace alone", async () => {
    const pack = await defaultPack();
    const workspaceId = await createWorkspace(database(), "plans", NOON);
    const seen = new Set<string>();
    const heard = listenTo(database(), seen);
    const say = (text: string, body: object = {}) =>
      chat(storeOf(heard), pack, workspaceId, ChatRequest.parse({ handle: "a", text, ...body }), NOON);

    await say("Hi", { messageId: "m1" });
    await say("Hi", { messageId: "m1" });
    await say("no thanks, I'd rather not give my phone number");
    await say("My name is Mike");
    await say("my number is 0412 345 67", { handle: "c", region: "AU" });
    await say("no", { handle: "c", region: "AU" });
    await say("my email is mike@gmail", { handle: "d" });
    await say("my email is mike@work.example", { handle: "b" });
    const merged = await say("my email is mike@work.example");
    const moved = await say("sorry, it's mike@home.example", { conversationId: merged.conversationId });
    await getConversation(storeOf(heard), workspaceId, moved.conversationId, { after: 0, limit: 10 });
    await getTurn(storeOf(heard), workspaceId, moved.conversationId, 1);
    await getCustomer(storeOf(heard), workspaceId, moved.customer?.id ?? "");
    const [survivor, other] = [
      moved.customer?.id ?? "",
      (await say("Hi", { handle: "b" })).customer?.id ?? "",
    ];
    await findDuplicates(storeOf(heard), workspaceId, survivor);
    const first = await mergeCustomers(storeOf(heard), workspaceId, survivor, requestOf(other), DEED);
    const third = await say("my email is mike@third.example", { handle: "d" });
    const target = third.customer?.id ?? "";
    const second = await mergeCustomers(storeOf(heard), workspaceId, target, requestOf(survivor), DEED);
    await say("my email is mike@work.example", { handle: "e" });
    await listMerges(storeOf(heard), workspaceId, target);
    await expect(getCustomer(storeOf(heard), workspaceId, other)).rejects.toThrow("was merged");
    await unmergeCustomers(storeOf(heard), workspaceId, target, second.mergeId ?? "", DEED);
    await unmergeCustomers(storeOf(heard), workspaceId, survivor, first.mergeId ?? "", DEED);
    // A profile without an email that absorbed another one, and goes when its last conversation has gone.
    const [f, g] = [
      await say("My name is Mike", { handle: "f" }),
      await say("My name is Mike", { handle: "g" }),
    ];
    const nameless = [f.customer?.id ?? "", g.customer?.id ?? ""] as const;
    await mergeCustomers(storeOf(heard), workspaceId, nameless[0], requestOf(nameless[1]), DEED);
    await say("my email is mike@third.example", { handle: "f" });
    await say("my email is mike@third.example", { handle: "g" });
    await expect(getCustomer(storeOf(heard), workspaceId, nameless[0])).rejects.toThrow("no such customer");
    const { findings } = await listFindings(storeOf(heard), workspaceId, FindingsQuery.parse({}));
    const marking = { status: "done", actor: { kind: "operator", id: "test" }, now: NOON } as const;
    await markFinding(storeOf(heard), workspaceId, findings[0]?.id ?? "", marking);
    await edit(heard, workspaceId, moved.customer?.id ?? "");
    await reindex(heard, workspaceId);
    const [store, id] = [storeOf(heard), moved.customer?.id ?? ""];
    const actor = { kind: "operator", id: "test" } as const;
    const asked = { actor, now: NOON, fields: [], filter: null, bom: false };
    await drain(exportCustomers(store, workspaceId, asked));
    const rows = readCsv("email,name\nann@plans.example,Ann\nmike@work.example,Mike\n", ["email", "name"]);
    const by = { actor, at: NOON };
    for (const dryRun of [true, false])
      await importCustomers(store, rows, { workspaceId, pack, region: null, dryRun, by });
    await drain(await exportPerson(store, workspaceId, { ...asked, customerId: id, verifiedOnly: false }));
    await putRetention(heard, workspaceId, { days: 1 }, actor, NOON);
    await previewRetention(heard, workspaceId, null, NOON + 1);
    const occasion = { subject: { kind: "customer", id }, cause: "request", actor, now: NOON } as const;
    await erase(store, workspaceId, { customerId: id, conversationIds: [] }, occasion);
    await listErasures(heard, workspaceId, { limit: 10 });
    await keepAnswers(heard, workspaceId);
    await drain(exportLedger(store, workspaceId));
    await ensureFirstWorkspace(database(), NOON);
    await signInAndOut(heard, workspaceId);
    expect(seen.size).toBeGreaterThan(110);
    await deliverWebhooks(heard, workspaceId);
    expect(seen.size).toBeGreaterThan(80);

    const searches: string[] = [];
    for (const text of seen) {
      for (const line of await planOf(database(), text)) {
        if (/^Index Cond: \(workspace_id = \S+\)$|Seq Scan/u.test(line)) searches.push(`${text}: ${line}`);
      }
    }
    expect(searches).toEqual([]);
  });

  test("a page of customers comes in the order of its index", async () => {
    const workspaceId = await createWorkspace(database(), "plans", NOON);
    const seen = new Set<string>();
    const list = (query: object) =>
      listCustomers(storeOf(listenTo(database(), seen)), workspaceId, CustomersQuery.parse(query));
    await list({ limit: "10" });
    await list({ limit: "10", cursor: encodeCursor({}, { value: NOON, id: workspaceId }) });
    for (const text of seen) {
      const plan = await planOf(database(), text);
      expect(plan.join("\n")).toMatch(/Index (Only )?Scan using customer_activity_last_at/u);
    }
  });

  test("a page of the audit comes in the order of an index, whatever it is filtered by", async () => {
    const workspaceId = await createWorkspace(database(), "plans", NOON);
    const cursor = encodePlace(`${NOON}`, workspaceId);
    const filters = [
      {},
      { cursor },
      { subject: "s" },
      { actor: "a", cursor },
      { action: "customer.edited" },
      { from: new Date(NOON), to: new Date(NOON) },
    ];
    for (const filter of filters) {
      const seen = new Set<string>();
      await listEvents(listenTo(database(), seen), workspaceId, { limit: 10, ...filter });
      const plans = await Promise.all([...seen].map((text) => planOf(database(), text)));
      expect(plans.flat().join("\n")).toMatch(/Index Scan using audit_events_(at|subject|actor)/u);
      expect(plans.flat().join("\n")).not.toMatch(/Sort/u);
    }
  });

  test("customers are searched by what is asked for, and counted so", async () => {
    const workspaceId = await createWorkspace(database(), "plans", NOON);
    const seen = new Set<string>();
    const filters = [
      { q: "mike 0412" },
      { q: "mike@work.exam" },
      { q: "mike", tag: ["vip", "new"], platform: ["line", "api"], has: "email", lacks: ["phone", "budget"] },
      { trust: "verified", firstFrom: "2025-01-01", lastTo: "2025-01-01", minConversations: "2" },
      { firstTo: "2025-01-01", sort: "first", order: "asc" },
      { maxConversations: "2", sort: "conversations" },
    ];
    for (const filter of filters) {
      const query = CustomersQuery.parse(filter);
      const { cursor: _, limit: __, ...asked } = query;
      const cursor = encodeCursor(asked, { value: 1, id: workspaceId });
      await listCustomers(storeOf(listenTo(database(), seen)), workspaceId, query);
      await listCustomers(storeOf(listenTo(database(), seen)), workspaceId, { ...query, cursor });
    }
    expect(seen.size).toBeGreaterThan(12);
    const searches: string[] = [];
    for (const text of seen) {
      for (const line of await planOf(database(), text)) {
        if (/^Index Cond: \(workspace_id = \S+\)$|Seq Scan/u.test(line)) searches.push(`${text}: ${line}`);
      }
    }
    expect(searches).toEqual([]);
  });
});
