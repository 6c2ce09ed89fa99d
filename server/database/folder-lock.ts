import { randomUUID } from "node:crypto";
import { link, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { AppError } from "../app-error.ts";
import { errorCode } from "../error-code.ts";
import { isAlive, thisProcess } from "./process-identity.ts";

const HEARTBEAT_MS = 2_000; // for owners in another container or on another machine, whose pid says nothing here
const BURIAL_WAIT_MS = 100;
const ATTEMPTS_MAX = 50; // × BURIAL_WAIT_MS: somebody else takes over a dead owner's lock in far less

const ownerSchema = z.object({
  token: z.uuid(),
  pid: z.int(),
  started: z.string().nullable(),
  realm: z.string(),
  host: z.string(),
});
type Owner = z.output<typeof ownerSchema>;

export interface FolderLock {
  release(): Promise<void>;
}

/** Takes the lock that lies beside `folder`, as `<folder>.lock`. Two processes on one PGlite folder lose data without a
 *  word, so a living owner is never robbed: then this throws an AppError that names it. A dead owner's lock is taken over. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = `${folder}.lock`;
  const self: Owner = { token: randomUUID(), ...thisProcess() };
  await acquire(path, self);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    async release() {
      clearInterval(heartbeat);
      const owner = await readOwner(path);
      if (owner?.token === self.token) await rm(path, { force: true });
    },
  };
}

async function acquire(path: string, self: Owner): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    if (await create(path, self)) return;
    const owner = await readOwner(path);
    if (owner === null) continue; // released in between
    if (await isAlive(owner, path)) throw inUse(path, owner);
    await bury(path, owner, self);
  }
  throw new AppError("data_folder_locked", `The lock ${path} changes hands all the time: try again.`);
}

/** Removes a dead owner's lock. Two who find it dead must not both remove it: the second would remove the lock that the
 *  first has taken since. So who removes it holds a lock of its own, named after the dead owner, and looks again. */
async function bury(path: string, dead: Owner, self: Owner): Promise<void> {
  const grave = `${path}.${dead.token}`;
  try {
    await acquire(grave, self);
  } catch (error) {
    if (!(error instanceof AppError && error.code === "data_folder_locked")) throw error;
    await sleep(BURIAL_WAIT_MS); // another process is at it
    return;
  }
  try {
    const owner = await readOwner(path);
    if (owner?.token === dead.token) await rm(path, { force: true });
  } finally {
    await rm(grave, { force: true });
  }
}

/** Makes the lock, whole or not at all: it is written under another name and then linked. False when there is one. */
async function create(path: string, self: Owner): Promise<boolean> {
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    await writeFile(draft, JSON.stringify(self), { flag: "wx", mode: 0o600 });
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    const message = `The data folder is not writable: ${path} cannot be made. Make it writable, or set DATA_DIR.`;
    throw new AppError("database_unavailable", message, { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}

/** The lock's owner, or null when there is no lock. */
async function readOwner(path: string): Promise<Owner | null> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    const message = `The lock ${path} cannot be read. If no process uses the data folder, delete that file.`;
    throw new AppError("data_folder_locked", message, { cause: error });
  }
}

function inUse(path: string, owner: Owner): AppError {
  const who =
    owner.realm === thisProcess().realm ? `process ${owner.pid}` : `process ${owner.pid} on ${owner.host}`;
  return new AppError(
    "data_folder_locked",
    `The data folder is in use by ${who}: stop it first, or use another DATA_DIR. ` +
      `Only if you are sure that it is gone, delete ${path}.`,
  );
}
