import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ENRICH = fileURLToPath(new URL("../../../dist/server/cli/enrich.js", import.meta.url)); // see global-setup.ts

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Settings = Readonly<Record<string, string>>;

/** An empty folder: a fresh installation's working directory. */
export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), "enrich-cli-"));
}

/** Starts the real program in `folder`, with these settings and none of the tests' own environment. */
export function startEnrich(
  folder: string,
  args: readonly string[],
  settings: Settings = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [ENRICH, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...settings },
  });
}

/** Runs the real program to its end. */
export async function enrich(
  folder: string,
  args: readonly string[],
  options: { readonly input?: string; readonly settings?: Settings } = {},
): Promise<Result> {
  const child = startEnrich(folder, args, options.settings);
  const output = collect(child);
  child.stdin.on("error", () => {}); // it may end without having read everything
  child.stdin.end(options.input ?? "");
  const [code] = await once(child, "close");
  return { code: typeof code === "number" ? code : null, ...output() };
}

/** Gathers what a process prints; call the result for what there is so far. */
export function collect(child: ChildProcessWithoutNullStreams): () => { stdout: string; stderr: string } {
  const printed = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (printed.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (printed.stderr += chunk.toString()));
  return () => ({ ...printed });
}
