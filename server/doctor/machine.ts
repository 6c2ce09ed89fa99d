import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Environment } from "../environment.ts";
import { findingsOf, type Finding } from "./finding.ts";

const NODE_MIN = [20, 19] as const; // package.json's engines
const SPACE_LOW_BYTES = 5 * 1024 ** 3;
const SPACE_OUT_BYTES = 512 * 1024 ** 2; // write-ahead log and a vacuum need some

/** `version`: as process.version has it. */
export function checkNode(version: string): Finding {
  const { ok, problem } = findingsOf("node");
  const [major = 0, minor = 0] = version.replace(/^v/u, "").split(".").map(Number);
  const isEnough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  if (isEnough) return ok(`Node.js ${version}.`);
  return problem(`Node.js ${version} is too old: install ${NODE_MIN.join(".")} or newer.`);
}

/** Room for the embedded database. Of a server's disk nothing can be seen from here. */
export async function checkSpace(
  { DATABASE_URL: databaseUrl, DATA_DIR: folder }: Pick<Environment, "DATABASE_URL" | "DATA_DIR">,
  freeBytes: (folder: string) => Promise<number> = freeBytesOf,
): Promise<readonly Finding[]> {
  if (databaseUrl !== undefined) return [];
  const { ok, advice, problem } = findingsOf("disk");
  const free = await freeBytes(folder);
  const words = `${(free / 1024 ** 3).toFixed(1)} GiB are free where ${folder} lies`;
  if (free < SPACE_OUT_BYTES) return [problem(`${words}: make room, or the database will stop.`)];
  if (free < SPACE_LOW_BYTES) return [advice(`${words}: watch it.`)];
  return [ok(`${words}.`)];
}

async function freeBytesOf(folder: string): Promise<number> {
  let there = folder;
  while (!existsSync(there) && there !== dirname(there)) there = dirname(there);
  const { bavail, bsize } = await statfs(there);
  return bavail * bsize;
}
