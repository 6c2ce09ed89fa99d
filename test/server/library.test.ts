/** The engine as its users get it: by the package's name, from the build, in a process without a loader for TypeScript. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test, vi } from "vitest";

vi.setConfig({ hookTimeout: 240_000 }); // a build, where there is none

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

const PROGRAM = `
  import { INITIAL_STATE, loadPack, takeTurn } from "customer-enrichment/engine";
  import { readdirSync, readFileSync } from "node:fs";

  const files = readdirSync("rules", { recursive: true })
    .filter((path) => path.endsWith(".yaml"))
    .map((path) => ({ path, text: readFileSync("rules/" + path, "utf8") }));
  const loaded = loadPack(files);
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  const turn = takeTurn(loaded.pack, INITIAL_STATE, "Can you email me your price list?", {
    now: 0, known: {}, coolingOff: {}, collecting: "on", region: null,
  });
  console.log(JSON.stringify({ request: turn.request, replies: turn.replies.length }));
`;

/** When the newest file of a folder was written; 0 when there is none. */
function newest(folder: string): number {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Math.max(0, ...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs));
}

// npm ci builds; what was edited since would be tested in yesterday's form.
beforeAll(async () => {
  const isCurrent = newest(join(ROOT, "dist/engine")) > newest(join(ROOT, "engine"));
  if (!isCurrent) await run("npm", ["run", "build"], { cwd: ROOT });
});

test("the engine is imported by the package's name and takes a turn", async () => {
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", PROGRAM], { cwd: ROOT });
  expect(JSON.parse(stdout)).toMatchObject({ request: { field: "email", attempt: 1 }, replies: 1 });
});
