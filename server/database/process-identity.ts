import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { stat } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "../error-code.ts";

const SILENCE_MS_MAX = 10_000; // five missed heartbeats
const LOOK_AGAIN_MS = 250;

/** Which process this is, so that another can tell later whether it still lives, even when its pid is used again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the pid's process started, in whatever words the system has for it; null where it has none. */
  readonly started: string | null;
  /** Within one realm (a machine since it booted, a container) a pid names one process at a time. */
  readonly realm: string;
  readonly host: string;
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, started: startOf(process.pid), realm: realm(), host: hostname() };
}

/** Whether the owner of a lock file lives. Of a process in another realm only the heartbeat can be seen: the file's time,
 *  which its owner moves forward. It is watched for a while, not compared with a clock that may be another machine's. */
export async function isAlive(owner: ProcessIdentity, lockPath: string): Promise<boolean> {
  if (owner.realm === realm()) return exists(owner.pid) && isSameStart(owner.started, startOf(owner.pid));
  const before = await timeOf(lockPath);
  for (let waited = 0; waited < SILENCE_MS_MAX; waited += LOOK_AGAIN_MS) {
    await sleep(LOOK_AGAIN_MS);
    if ((await timeOf(lockPath)) !== before) return true;
  }
  return false;
}

/** Not knowing counts as the same: better a lock that a person must delete than two owners. */
function isSameStart(then: string | null, now: string | null): boolean {
  return then === null || now === null || then === now;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, but somebody else's.
    return errorCode(error) !== "ESRCH";
  }
}

function realm(): string {
  if (process.platform !== "linux") return hostname();
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

function startOf(pid: number): string | null {
  try {
    if (process.platform === "linux") {
      // Field 22, in clock ticks since boot; the name in field 2 may hold spaces and parentheses.
      const status = readFileSync(`/proc/${pid}/stat`, "utf8");
      return status.slice(status.lastIndexOf(")") + 2).split(" ")[19] ?? null;
    }
    if (process.platform === "win32") return null;
    const line = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return line === "" ? null : line;
  } catch {
    return null;
  }
}

/** A lock that is gone has changed, too. */
async function timeOf(path: string): Promise<number> {
  const status = await stat(path).catch(() => null);
  return status === null ? -1 : status.mtimeMs;
}
