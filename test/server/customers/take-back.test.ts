/** An email that staff takes back, and a person who states it at the same moment. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import { getCustomer } from "../../../server/customers/queries.ts";
import { editFields } from "../../../server/customers/staff-edits.ts";
import type { Database } from "../../../server/database/database.ts";
import { MergeRequest } from "../../../server/merging/contract.ts";
import { mergeCustomers } from "../../../server/merging/merge.ts";
import { chat } from "../../../server/turn/chat.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { asTwoProcesses } from "../../support/test-databases.ts";

const NOON = Date.UTC(2025, 5, 1, 12);
const DEED = { actor: { kind: "operator", id: "test" }, at: NOON } as const;

/** The same database; behind the `nth` trip that asks whose an email is, `meanwhile` gets a third of a second. */
function interrupted(database: Database, nth: number, meanwhile: () => Promise<unknown>): Database {
  let asked = 0;
  return {
    ...database,
    async session() {
      const session = await database.session();
      const run: typeof session.run = async (queries) => {
        const results = await session.run(queries);
        const isAsking = queries.some(({ text }) => text.includes("select id, merged_into from customers"));
        if (isAsking && (asked += 1) === nth) await Promise.race([meanwhile(), sleep(300)]);
        return results;
      };
      return { ...session, run };
    },
  };
}

test("whoever comes first has it: nobody gets an error, and the email has one customer", async () => {
  const pack = await defaultPack();
  await asTwoProcesses(async ([one, other]) => {
    const workspaceId = await createWorkspace(one, "W", NOON);
    const say = async (handle: string, text: string, database = one) => {
      const request = ChatRequest.parse({ handle, text });
      const { customer } = await chat(storeOf(database), pack, workspaceId, request, NOON);
      return customer?.id ?? "";
    };
    // A survivor whose own email staff has replaced, and whose own conversation has gone: what is left states the other's.
    const survivor = await say("a", "my email is a@work.example");
    const absorbed = await say("b", "my email is b@work.example");
    const merge = MergeRequest.parse({ with: absorbed });
    await mergeCustomers(storeOf(one), workspaceId, survivor, merge, DEED);
    const edit = (database: Database, email: string | null) =>
      editFields(
        storeOf(database),
        pack,
        { workspaceId, id: survivor, seen: null, by: { actor: DEED.actor, at: NOON } },
        { fields: { email } },
        null,
      );
    await edit(one, "new@work.example");
    await say("a", "sorry, my email is c@work.example");

    // The take-back asks twice: whose the email is that is shown then, and whose the one that it had before.
    let stated: Promise<string> | null = null;
    const meanwhile = () => (stated = say("d", "my email is a@work.example", other));
    await edit(interrupted(one, 2, meanwhile), null);
    expect(stated).not.toBeNull();
    expect(await stated).toBe(survivor);
    expect(await getCustomer(storeOf(one), workspaceId, survivor)).toMatchObject({
      email: "b@work.example",
      conversationCount: 2,
    });
  });
});
