import { describe, expect, test } from "vitest";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import { getConversation, getTurn } from "../../../server/conversations/queries.ts";
import { getCustomer, listCustomers } from "../../../server/customers/queries.ts";
import type { Database } from "../../../server/database/database.ts";
import type { Query } from "../../../server/database/session.ts";
import { chat } from "../../../server/turn/chat.ts";
import { MergeRequest } from "../../../server/merging/contract.ts";
import { findDuplicates } from "../../../server/merging/duplicates.ts";
import { listMerges } from "../../../server/merging/list-merges.ts";
import { mergeCustomers } from "../../../server/merging/merge.ts";
import { unmergeCustomers } from "../../../server/merging/unmerge.ts";
import { createWorkspace } from "../../../server/workspaces/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";
import { storeOf } from "../../support/stores.ts";

const DEED = { actor: { kind: "operator", id: "test" }, now: Date.UTC(2025, 5, 1, 13) } as const;
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

// A workspace's own keys are a handful, and are read together.
const OF_KEYS = /(?:from|into) workspace_keys/u;

describe.each(DATABASE_KINDS)("the plans on %s before there are statistics", (kind) => {
  const database = useDatabase(kind);

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
    expect(seen.size).toBeGreaterThan(40);

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
    const cursor = Buffer.from(`${NOON} ${workspaceId}`).toString("base64url");
    await listCustomers(storeOf(listenTo(database(), seen)), workspaceId, { limit: 10 });
    await listCustomers(storeOf(listenTo(database(), seen)), workspaceId, { limit: 10, cursor });
    for (const text of seen) {
      const plan = await planOf(database(), text);
      expect(plan.join("\n")).toMatch(/Index (Only )?Scan using customer_activity_last_at/u);
    }
  });
});
