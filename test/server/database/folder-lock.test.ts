import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDatabase } from "../../../server/database/connect.ts";
import { lockFolder } from "../../../server/database/folder-lock.ts";

let dataDir = "";
let folder = "";
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "enrich-test-"));
  folder = join(dataDir, "database");
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  await rm(dataDir, { recursive: true, force: true });
});

/** Starts a process that takes the lock; `said` is how that went. */
async function otherProcess(): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const script = new URL("hold-folder.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--import", "tsx", script, folder], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  const [said]: string[] = await once(createInterface({ input: child.stdout }), "line");
  return { child, said: said ?? "" };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function owner(): Promise<number> {
  return JSON.parse(await readFile(`${folder}.lock`, "utf8")).pid;
}

/** Rewrites the lock as if its owner had been another one. */
async function forge(change: Readonly<Record<string, unknown>>): Promise<void> {
  const lock: object = JSON.parse(await readFile(`${folder}.lock`, "utf8"));
  await writeFile(`${folder}.lock`, JSON.stringify({ ...lock, ...change }));
}

const inUse = (who: number | string) => ({
  code: "data_folder_locked",
  message: expect.stringContaining(`in use by process ${who}`),
});

test("a second process on the folder refuses to start and names the first", async () => {
  const { child, said } = await otherProcess();
  expect(said).toBe("locked");
  await expect(openDatabase({ dataDir })).rejects.toMatchObject(inUse(child.pid ?? 0));
  await expect(openDatabase({ dataDir })).rejects.toThrow(/stop it first, or use another DATA_DIR/u);
});

test("the folder of an open database is refused to a second process, and to the same one", async () => {
  const database = await openDatabase({ dataDir });
  try {
    expect((await otherProcess()).said).toContain(`in use by process ${process.pid}`);
    await expect(openDatabase({ dataDir })).rejects.toMatchObject(inUse(process.pid));
  } finally {
    await database.close();
  }
  expect((await otherProcess()).said).toBe("locked");
});

test("another spelling of the folder meets the same lock", async () => {
  const alias = `${dataDir}-alias`;
  await symlink(dataDir, alias);
  try {
    await otherProcess();
    await expect(openDatabase({ dataDir: alias })).rejects.toMatchObject({ code: "data_folder_locked" });
    await expect(openDatabase({ dataDir: `${dataDir}/.` })).rejects.toMatchObject({
      code: "data_folder_locked",
    });
  } finally {
    await rm(alias);
  }
});

test("a process that ends in order leaves the folder free and no file behind", async () => {
  const { child } = await otherProcess();
  child.stdin?.end();
  await once(child, "exit");
  expect(await readdir(dataDir)).toEqual([]);
});

test("the lock of a killed process is taken over", async () => {
  const { child } = await otherProcess();
  await kill(child);
  const lock = await lockFolder(folder);
  expect(await readdir(dataDir)).toEqual(["database.lock"]);
  await lock.release();
});

test("of many who find a dead owner's lock exactly one takes it", async () => {
  const { child } = await otherProcess();
  await kill(child);
  const others = await Promise.all(Array.from({ length: 4 }, () => otherProcess()));
  const winners = others.filter(({ said }) => said === "locked");
  expect(winners).toHaveLength(1);
  for (const { said } of others.filter((other) => !winners.includes(other))) {
    expect(said).toContain(`in use by process ${winners[0]?.child.pid}`);
  }
  expect(await readdir(dataDir)).toEqual(["database.lock"]);
});

test("within one process, too, of many exactly one takes it", async () => {
  const { child } = await otherProcess();
  await kill(child);
  const tries = await Promise.allSettled(Array.from({ length: 30 }, () => lockFolder(folder)));
  const taken = tries.filter((tried) => tried.status === "fulfilled");
  expect(taken).toHaveLength(1);
  for (const { value } of taken) await value.release();
  expect(await readdir(dataDir)).toEqual([]);
});

test("a pid that is used again by another program is not taken for the owner", async () => {
  const { child } = await otherProcess();
  await kill(child);
  await forge({ pid: process.pid, started: "before" });
  const lock = await lockFolder(folder);
  expect(await owner()).toBe(process.pid);
  await lock.release();
});

test("a burial that was cut short is finished by the next", async () => {
  const { child } = await otherProcess();
  await kill(child);
  const { token } = JSON.parse(await readFile(`${folder}.lock`, "utf8"));
  await copyFile(`${folder}.lock`, `${folder}.lock.${token}`);
  const lock = await lockFolder(folder);
  expect(await readdir(dataDir)).toEqual(["database.lock"]);
  await lock.release();
});

test("an owner in another container is never robbed while its heart beats", async () => {
  await otherProcess();
  await forge({ realm: "elsewhere", host: "container-7", pid: 1 });
  await expect(lockFolder(folder)).rejects.toMatchObject(inUse("1 on container-7"));
});

test("and taken over when it has stopped for ten seconds", async () => {
  const { child } = await otherProcess();
  await kill(child);
  await forge({ realm: "elsewhere", host: "container-7", pid: 1 });
  const lock = await lockFolder(folder);
  expect(await owner()).toBe(process.pid);
  await lock.release();
});

test("a lock that cannot be read is left alone", async () => {
  await writeFile(`${folder}.lock`, "what?");
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: "data_folder_locked",
    message: expect.stringContaining("delete that file"),
  });
});
