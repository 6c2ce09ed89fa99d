import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuid } from "uuid";
import { expect, test } from "vitest";
import { INITIAL_STATE } from "../../../engine/decide/state.ts";
import { advisoryKey } from "../../../server/database/advisory-key.ts";
import { inSealedWorkspace } from "../../../server/privacy/store.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { record } from "../../../server/turn/record.ts";
import { defaultPack } from "../../support/packs.ts";
import { openerOf } from "../../support/opened-rows.ts";
import { storeOf } from "../../support/stores.ts";
import { useDatabase } from "../../support/test-databases.ts";
import { BEGIN, createDriver, storedPortraits } from "../customers/identity-driver.ts";

const opened = useDatabase("postgres");
const person = (handle: string) => ({ platform: "line", handle, where: "latest" as const });
const email = (value: string) => [{ field: "email", value }];

test("law 6: a turn that counts a customer's conversations anew misses nothing of one that is still open", async () => {
  const database = opened();
  const workspaceId = await createWorkspace(database, "dates", BEGIN);
  const { say } = createDriver(database, await defaultPack(), workspaceId);
  await say({ ...person("a"), says: email("bob@work.example"), at: BEGIN });
  const { conversationId, customer } = await say({
    ...person("b"),
    says: email("bob@work.example"),
    at: BEGIN + 5000,
  });

  // A message of "b", earlier than its others but not than those of "a", whose transaction stays open for a while …
  const progress = new EventEmitter();
  const isRecorded = once(progress, "recorded");
  const lock = advisoryKey("handle", workspaceId, "line", "b");
  const { keyOf } = await openerOf(database, workspaceId);
  const late = inSealedWorkspace(
    storeOf(database),
    workspaceId,
    async (tx) => {
      const [handle] = await tx.raw<{ id: string }>(
        `select handle_id as id from conversations where id = '${conversationId}'`,
      );
      const { sql, bindings } = record(tx.keyring, {
        handle: { id: handle?.id ?? "", isNew: false, platform: "line", handle: "b", remembered: null },
        conversation: {
          id: conversationId,
          key: keyOf(conversationId),
          wrappedKey: null,
          state: INITIAL_STATE,
          sinceActivation: true,
          messageCount: 2,
          chain: null,
          customerId: customer?.id ?? null,
          linkSeq: 2,
          relinks: null,
          linkTrust: "claimed",
        },
        message: { role: "agent", text: "Hello", key: null, response: "{}" },
        reply: null,
        turn: null,
        says: [],
        packHash: "",
        at: BEGIN + 3000,
        now: BEGIN,
        newId: uuid,
      });
      await tx.prepared(sql, bindings);
      progress.emit("recorded");
      await sleep(300);
    },
    { locks: [lock] },
  );
  // … while "a" leaves the customer, and takes the customer's first date along.
  await isRecorded;
  await say({ ...person("a"), says: email("bob@home.example"), at: BEGIN });
  await late;
  expect(await storedPortraits(database, workspaceId)).toMatchObject([
    { emailKey: "bob@home.example", firstAt: BEGIN, lastAt: BEGIN },
    { emailKey: "bob@work.example", firstAt: BEGIN + 3000, lastAt: BEGIN + 5000 },
  ]);
});
