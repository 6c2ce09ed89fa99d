/** A change counts at the next turn of every process, also while many people talk. */
import { expect, test } from "vitest";
import { disableAction, enableAction } from "../../../server/actions/changes.ts";
import { manualBilling } from "../../../server/billing/provider.ts";
import { setPlan } from "../../../server/billing/billing.ts";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import { chat } from "../../../server/turn/chat.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { asTwoProcesses } from "../../support/test-databases.ts";
import { createWorkspace } from "../../support/workspaces.ts";

const TALKERS = 12;
const TOGGLES = 4;
const ACTION = "customer_enrichment";

test("no message that comes after a change is taken by what was in force before it, through two processes", async () => {
  const pack = await defaultPack();
  await asTwoProcesses(async (processes) => {
    const workspaceId = await createWorkspace(processes[0], "at once", Date.now());
    const by = { actor: { kind: "operator", id: "test" }, at: Date.now() } as const;
    let inForce = "on"; // as of the last change whose answer is there
    let changes = 0; // odd while one is being made
    const talking = { isOver: false };
    const wrong: string[] = [];
    const seen = new Map<string, number>();

    async function talk(talker: number): Promise<void> {
      const database = processes[talker % 2 === 0 ? 0 : 1];
      for (let turn = 0; !talking.isOver; turn += 1) {
        const [before, then] = [inForce, changes];
        const text = turn % 3 === 0 ? `my email is p${talker}.${turn}@work.example` : "do you have parking?";
        const request = ChatRequest.parse({ handle: `h${talker}`, text });
        const { reasons } = await chat(storeOf(database), pack, workspaceId, request, Date.now());
        const reason = reasons["phone"] ?? "";
        const was = reason === "action_inactive" || reason === "not_entitled" ? reason : "on";
        seen.set(was, (seen.get(was) ?? 0) + 1);
        // Of a message beside which a change was made, either may be true.
        if (then % 2 === 0 && then === changes && was !== before) wrong.push(`${was} instead of ${before}`);
      }
    }

    async function change(to: string, work: () => Promise<unknown>): Promise<void> {
      changes += 1;
      await work();
      inForce = to;
      changes += 1;
      await new Promise((resolve) => setTimeout(resolve, 120)); // some messages later
    }

    const talkers = Promise.all(Array.from({ length: TALKERS }, (_, talker) => talk(talker)));
    for (let toggle = 0; toggle < TOGGLES; toggle += 1) {
      const [one, other] = toggle % 2 === 0 ? processes : [processes[1], processes[0]];
      await change("action_inactive", () => disableAction(one, workspaceId, ACTION, by));
      await change("on", () => enableAction(other, workspaceId, ACTION, manualBilling(), by));
      await change("not_entitled", () =>
        setPlan(one, workspaceId, { plan: "starter", status: "active" }, by),
      );
      await change("on", () => setPlan(other, workspaceId, { plan: "enterprise", status: "active" }, by));
    }
    talking.isOver = true;
    await talkers;
    expect(wrong).toEqual([]);
    expect([...seen.keys()].toSorted()).toEqual(["action_inactive", "not_entitled", "on"]);
  });
}, 60_000);
