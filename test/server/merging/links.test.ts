import { expect, test } from "vitest";
import { checkLinks } from "../../../bench/links/check.ts";
import { runLinks } from "../../../bench/links/run.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { asTwoProcesses } from "../../support/test-databases.ts";

test("2,000 links of 200 emails from 16 clients, with merges in between, leave nothing double and nobody deadlocked", async () => {
  await asTwoProcesses(async (processes) => {
    const now = Date.UTC(2025, 5, 1);
    const workspaceId = await createWorkspace(processes[0], "links", now);
    const load = { links: 2_000, emails: 200, clients: 16, seed: 7 };
    const ran = await runLinks(processes.map(storeOf), await defaultPack(), workspaceId, load, now);
    expect(ran).toMatchObject({ links: 2_000, deadlocks: 0, failures: [] });
    expect(ran.merges).toBeGreaterThan(20);
    expect(ran.unmerges).toBeGreaterThan(0);
    expect(await checkLinks(storeOf(processes[0]), workspaceId)).toMatchObject({
      duplicates: 0,
      astray: 0,
      miscounted: 0,
    });
  });
}, 180_000);
