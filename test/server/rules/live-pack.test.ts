import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createLog } from "../../../server/log.ts";
import { watchPack } from "../../../server/rules/live-pack.ts";
import type { LivePack } from "../../../server/rules/live-pack.ts";
import { defaultRuleFiles, packOf } from "../../support/packs.ts";

const LOOK_EVERY_MS = 20;

const directory = mkdtempSync(join(tmpdir(), "enrich-live-"));
let live: LivePack | undefined;
let logged = "";
const log = createLog(
  "info",
  new Writable({
    write(line: Buffer, _encoding, done) {
      logged += line.toString();
      done();
    },
  }),
);

afterEach(() => {
  live?.close();
  rmSync(directory, { recursive: true, force: true });
});

describe("the pack in force", () => {
  test("follows valid changes, outlives broken ones, and outlives the loss of the folder", async () => {
    const files = await defaultRuleFiles();
    for (const file of files) write(file.path, file.text);
    const before = packOf(files);
    live = watchPack(directory, before, log, LOOK_EVERY_MS);

    write("en/wordings.yaml", "wordings: [");
    await vi.waitFor(() => expect(logged).toContain("not valid"), 5_000);
    expect(live.current()).toBe(before);
    expect(logged).toMatch(/en\/wordings\.yaml:\d+:\d+: /u);

    write("en/wordings.yaml", files.find((file) => file.path === "en/wordings.yaml")?.text ?? "");
    await vi.waitFor(() => expect(logged).toContain("valid again"), 5_000);
    expect(live.current()).toBe(before);

    // A slip in what only tests is for `rules check` to find: the change is in force.
    write("en/slip.transcripts.yaml", "transcripts: [");
    await vi.waitFor(() => expect(live?.current().hash).not.toBe(before.hash), 5_000);

    const fields = files.find((file) => file.path === "fields.yaml")?.text ?? "";
    write("fields.yaml", fields.replace("attempts_max: 2", "attempts_max: 1"));
    await vi.waitFor(() => expect(live?.current().limits.attemptsMax).toBe(1), 5_000);
    const changed = live.current();

    logged = "";
    rmSync(directory, { recursive: true });
    await vi.waitFor(() => expect(logged).toContain("not valid"), 5_000);
    expect(live.current()).toBe(changed);
  });
});

function write(path: string, text: string): void {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
