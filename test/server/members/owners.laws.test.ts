/** One owner always remains, whatever owners do to one another at once. Two processes on PostgreSQL. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Caller } from "../../../server/access/caller.ts";
import type { Role } from "../../../server/access/permission-contract.ts";
import { AppError } from "../../../server/app-error.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { changeMember } from "../../../server/members/change-members.ts";
import { addMember, countOwners } from "../../../server/members/members.ts";
import { newRowId } from "../../../server/uuid.ts";
import { createWorkspace } from "../../../server/workspaces/workspaces.ts";
import { storeOf } from "../../support/stores.ts";
import { asTwoProcesses } from "../../support/test-databases.ts";

const PEOPLE = 3;
const ROLES: readonly (Role | null)[] = ["owner", "admin", "viewer", null];

const deed = fc.record({
  by: fc.nat({ max: PEOPLE - 1 }),
  to: fc.nat({ max: PEOPLE - 1 }),
  role: fc.constantFrom(...ROLES),
});

test("law: after any changes at once there is an owner, and nothing was refused but by rule", async () => {
  await asTwoProcesses(async (processes) => {
    const property = fc.asyncProperty(fc.array(deed, { minLength: 2, maxLength: 8 }), async (deeds) => {
      const [one] = processes;
      const workspaceId = await createWorkspace(one, "Owners", Date.now());
      const people = Array.from({ length: PEOPLE }, newRowId);
      for (const id of people)
        await inWorkspace(one, workspaceId, (tx) => addMember(tx, id, "owner", Date.now()));
      const results = await Promise.allSettled(
        deeds.map(({ by, to, role }, index) => {
          const personId = people[by] ?? "";
          const actor = { kind: "member", id: personId } as const;
          const sessionId = newRowId();
          const caller: Caller = { kind: "member", workspaceId, actor, role: "owner", personId, sessionId };
          const process = processes[index % 2] ?? one;
          return changeMember(storeOf(process), caller, { personId: people[to] ?? "", role }, Date.now());
        }),
      );
      expect(await inWorkspace(one, workspaceId, countOwners)).toBeGreaterThanOrEqual(1);
      const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
      for (const reason of refused) {
        expect(reason).toBeInstanceOf(AppError);
        expect(["forbidden", "last_owner", "member_not_found"]).toContain(reason.code);
      }
    });
    await fc.assert(property, { numRuns: 40 });
  });
});
