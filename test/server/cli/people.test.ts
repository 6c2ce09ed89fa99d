import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../../server/database/connect.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { addMember } from "../../../server/members/members.ts";
import { newRowId } from "../../../server/uuid.ts";
import { FIRST_WORKSPACE_ID } from "../../../server/workspaces/workspaces.ts";
import { enrich, freshFolder } from "./run-enrich.ts";

const TIMEOUT_MS = 120_000; // whole processes, on a machine that may be busy

test(
  "a set-up link is printed and kept in a file of one's own, until there is an owner",
  async () => {
    const home = freshFolder();
    const first = await enrich(home, ["people", "setup-link"], {
      settings: { PUBLIC_URL: "https://enrich.example/" },
    });
    expect([first.code, first.stdout]).toEqual([
      0,
      expect.stringMatching(/^https:\/\/enrich\.example\/setup#[\w-]{43}\n$/u),
    ]);
    const file = join(home, "data.setup-link");
    expect(readFileSync(file, "utf8")).toBe(first.stdout);
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const database = await openDatabase({ dataDir: join(home, "data") });
    await inWorkspace(database, FIRST_WORKSPACE_ID, (tx) => addMember(tx, newRowId(), "owner", Date.now()));
    await database.close();
    const second = await enrich(home, ["people", "setup-link"]);
    expect([second.code, second.stdout]).toEqual([1, ""]);
    expect(second.stderr).toContain("has its owner already");
    expect(() => statSync(file)).toThrow("ENOENT");
  },
  TIMEOUT_MS,
);
