import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { createSetUpToken } from "../../../server/people/set-up.ts";
import { FIRST_WORKSPACE_ID, INSTALLATION_ID } from "../../../server/workspaces/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { newBrowser, PASSWORD } from "../sessions/browser.ts";
import { readFirst } from "../sessions/first-workspace.ts";

const CLAIMS = 50;

describe.each(DATABASE_KINDS)("the set-up link on %s", (kind) => {
  const database = useDatabase(kind);
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(database(), await defaultPack());
  });
  afterAll(() => server.close());

  const claim = (token: string, email: string, password = PASSWORD) =>
    newBrowser(server).send("POST", "/v1/setup", { token, email, password });

  test("makes one owner of any number who open it at once, and is gone then, with every other one", async () => {
    const other = (await readFirst(database())).token;
    const { token } = await readFirst(database());

    const wrong = await claim(`${token.slice(0, -2)}zz`, "eve@team.example");
    expect([wrong.status, wrong.body.code, wrong.body.detail]).toEqual([
      410,
      "link_spent",
      expect.stringContaining("enrich people setup-link"),
    ]);
    const weak = await claim(token, "eve@team.example", "password1234");
    expect([weak.status, weak.body.errors]).toEqual([
      400,
      [{ pointer: "/password", detail: expect.stringContaining("most common") }],
    ]);

    const answers = await Promise.all(
      Array.from({ length: CLAIMS }, (_, index) =>
        claim(index % 2 === 0 ? token : other, `p${index}@team.example`),
      ),
    );
    const won = answers.filter(({ status }) => status === 201);
    const lost = answers.filter(({ status, body }) => status === 410 && body.code === "link_spent");
    expect([won.length, lost.length]).toEqual([1, CLAIMS - 1]);
    expect(won[0]?.body.current).toMatchObject({ id: FIRST_WORKSPACE_ID, role: "owner" });
    const counted = await inWorkspace(database(), FIRST_WORKSPACE_ID, (tx) =>
      tx.raw("select role from members where workspace_id = :workspaceId", {
        workspaceId: FIRST_WORKSPACE_ID,
      }),
    );
    expect(counted).toEqual([{ role: "owner" }]);
    const people = await inWorkspace(database(), INSTALLATION_ID, (tx) => tx.raw("select id from people"));
    expect(people).toHaveLength(1); // nobody who lost has left an account behind

    for (const spent of [token, other, "anything"]) {
      const late = await claim(spent, "late@team.example");
      expect([late.status, late.body.detail]).toEqual([410, expect.stringContaining("is set up already")]);
    }
    expect(await createSetUpToken(database(), Date.now())).toBeNull();
  });
});
