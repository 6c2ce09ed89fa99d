import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { link, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../app-error.ts";
import { errorCode } from "../error-code.ts";
import type { KeyProvider } from "./key-provider.ts";
import { newRootKey, parseRootKey, ROOT_KEY_PROVIDER, unwrapWithRoot, wrapWithRoot } from "./root-keys.ts";
import type { RootKey, RootKeys } from "./root-keys.ts";
import { rootIdOf } from "./root-keys.ts";

const OTHERS = 0o077; // what group and everybody may do
const FILE_BYTES_MAX = 64 * 1024; // a root key is a line; anything much longer is another file

const NOTICE = [
  "# Root keys of Customer Enrichment: the newest comes last and is the one in use.",
  "# Without this file the database cannot be read, by anybody. Keep a copy, in another place than the database's backups.",
];

/** Root keys in a file that nobody else may read, a line each. The file is made with the first key that is wrapped, never
 *  to open one: a database that has keys was made with a root key, and another does not help.
 *  `onCreate` is called when a file was made: somebody has to be told to back it up. */
export function fileKeyProvider(path: string, onCreate: (path: string) => void = () => {}): KeyProvider {
  let roots: RootKeys | null = null;
  const known = async () => (roots ??= await readRootKeys(path));
  return {
    name: ROOT_KEY_PROVIDER,
    place: path,
    async wrap(key, context) {
      roots ??= (await readRootKeys(path)) ?? (await createRootKeys(path, onCreate));
      return wrapWithRoot(roots, key, context);
    },
    async unwrap(wrapped, context) {
      let present = await known();
      if (present === null) throw missing(path, rootIdOf(wrapped));
      // Another process may have rotated the root since this one read the file.
      if (!present.some(({ id }) => id === rootIdOf(wrapped))) {
        present = roots = (await readRootKeys(path)) ?? present;
      }
      return unwrapWithRoot(present, wrapped, context, path);
    },
    async renew() {
      roots = await addRootKey(path);
    },
  };
}

/** The file's root keys, the newest first; null when there is no file. */
async function readRootKeys(path: string): Promise<RootKeys | null> {
  const text = await readPrivately(path);
  if (text === null) return null;
  const roots = text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => parseLine(line));
  const [newest, ...older] = roots.toReversed();
  if (newest === undefined || newest === null || older.includes(null)) throw damaged(path);
  return [newest, ...older.filter((root) => root !== null)];
}

/** A line is a root key's id and its base64; the id tells a slip of whoever copied it. */
function parseLine(line: string): RootKey | null {
  const [id, text = "", ...rest] = line.trim().split(/\s+/u);
  const root = parseRootKey(text);
  return root !== null && root.id === id && rest.length === 0 ? root : null;
}

async function readPrivately(path: string): Promise<string | null> {
  const file = await open(path, constants.O_RDONLY).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return null;
    throw unusable(path, "cannot be read", error);
  });
  if (file === null) return null;
  try {
    const { mode, size } = await file.stat();
    if (process.platform !== "win32" && (mode & OTHERS) !== 0) throw exposed(path, mode);
    if (size > FILE_BYTES_MAX) throw damaged(path);
    return await file.readFile("utf8");
  } catch (error) {
    throw error instanceof AppError ? error : unusable(path, "cannot be read", error);
  } finally {
    await file.close();
  }
}

/** Makes the file with a first root key. When another process was faster, its file is the one. */
async function createRootKeys(path: string, onCreate: (path: string) => void): Promise<RootKeys> {
  const { root, text } = newRootKey();
  const isMade = await publish(path, `${[...NOTICE, `${root.id} ${text}`].join("\n")}\n`, "once");
  if (isMade) {
    onCreate(path);
    return [root];
  }
  const theirs = await readRootKeys(path);
  if (theirs === null) throw unusable(path, "comes and goes", null);
  return theirs;
}

/** Adds a root key behind the others. One process at a time, or one would overwrite the key of the other, which may
 *  have wrapped something already. */
async function addRootKey(path: string): Promise<RootKeys> {
  const turn = `${path}.rotating`;
  const lock = await open(turn, "wx", 0o600).catch((error: unknown) => {
    if (errorCode(error) !== "EEXIST") throw unusable(turn, "cannot be made", error);
    const message = `Another rotation of the root key is under way. If none is, one was interrupted: delete ${turn}.`;
    throw new AppError("keys_unavailable", message, { cause: error });
  });
  try {
    const before = await readPrivately(path);
    const roots = await readRootKeys(path);
    if (before === null || roots === null) throw missing(path, null);
    const { root, text } = newRootKey();
    await publish(path, `${before.trimEnd()}\n${root.id} ${text}\n`, "again");
    return [root, ...roots];
  } finally {
    await lock.close();
    await rm(turn, { force: true });
  }
}

/** Writes the file whole or not at all, and down to the disk: what it wraps must not outlive it. `once`: false when there
 *  is one already, which is left alone. */
async function publish(path: string, contents: string, how: "once" | "again"): Promise<boolean> {
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(contents);
      await file.sync();
    } finally {
      await file.close();
    }
    await (how === "once" ? link(draft, path) : rename(draft, path));
    await syncFolder(dirname(path));
    return true;
  } catch (error) {
    if (how === "once" && errorCode(error) === "EEXIST") return false;
    throw unusable(path, "cannot be written", error);
  } finally {
    await rm(draft, { force: true });
  }
}

/** So that the file's name is on the disk too. Windows does not open folders, and needs no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function missing(path: string, id: string | null): AppError {
  const which = id === null ? "" : ` (the root key ${id})`;
  return new AppError(
    "keys_unavailable",
    `There is no root key file ${path}, but this database has keys that one was used for${which}. ` +
      "Put the file back from your copy, or set ROOT_KEY_FILE to where it is. None is made in its place: it could read nothing.",
  );
}

function exposed(path: string, mode: number): AppError {
  return new AppError(
    "keys_unavailable",
    `The root key file ${path} can be read by others (mode ${(mode & 0o777).toString(8)}): ` +
      `run "chmod 600 ${path}". If others had access to this machine meanwhile, rotate the root key too.`,
  );
}

function damaged(path: string): AppError {
  return new AppError(
    "keys_unavailable",
    `The root key file ${path} is damaged: each line must be a root key's id and the key in base64. Put it back from your copy.`,
  );
}

function unusable(path: string, what: string, cause: unknown): AppError {
  const code = errorCode(cause);
  return new AppError(
    "keys_unavailable",
    `The root key file ${path} ${what}${code === null ? "" : ` (${code})`}. Set ROOT_KEY_FILE to one that can be used, or ROOT_KEY.`,
    cause === null ? {} : { cause },
  );
}
