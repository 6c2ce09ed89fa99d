import { lstat, readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Problem, RuleFile } from "../../engine/rules/pack.ts";
import { errorCode } from "../error-code.ts";

export const RULE_FILE_BYTES_MAX = 1_000_000; // the language's limit
const FILES_MAX = 2_000; // a pack is written by people
const PACK_BYTES_MAX = 32_000_000;
const DEPTH_MAX = 8;

/** A rule file on disk, not read yet. `version` changes whenever the file does. */
export interface RuleFileEntry {
  readonly path: string;
  readonly file: string;
  readonly bytes: number;
  readonly version: string;
}

type Listing = { readonly entries: readonly RuleFileEntry[]; readonly problems: readonly Problem[] };

/** Reads a rule pack's directory: every .yaml and .yml file below it, in path order. Other files, and names that begin
 *  with a dot, are not looked at. Never throws: what cannot be read is a problem with its path. */
export async function readRules(
  directory: string,
): Promise<{ readonly files: readonly RuleFile[] } | { readonly problems: readonly Problem[] }> {
  const { entries, problems } = await listRules(directory);
  if (problems.length > 0) return { problems };
  const read = await Promise.all(entries.map(readEntry));
  const broken = read.filter((file) => "message" in file);
  if (broken.length > 0) return { problems: broken };
  return { files: read.filter((file) => "text" in file) };
}

/** Lists a rule pack's files without reading them, in path order. Never throws. */
export async function listRules(directory: string): Promise<Listing> {
  const entries: RuleFileEntry[] = [];
  const problems: Problem[] = [];
  try {
    const root = await realpath(directory);
    await walk(root, root, "", 0, entries, problems);
  } catch (error) {
    problems.push(
      problemAt(
        directory,
        `cannot be read as a folder of rule files (${errorCode(error) ?? "unknown error"})`,
      ),
    );
  }
  if (entries.length > FILES_MAX)
    problems.push(problemAt(directory, `holds more than ${FILES_MAX} rule files`));
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes > PACK_BYTES_MAX)
    problems.push(problemAt(directory, `holds more than ${PACK_BYTES_MAX} bytes of rules`));
  if (entries.length === 0 && problems.length === 0) {
    problems.push(problemAt(directory, "holds no rule files: a pack has at least fields.yaml"));
  }
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { entries, problems };
}

async function walk(
  root: string,
  folder: string,
  prefix: string,
  depth: number,
  entries: RuleFileEntry[],
  problems: Problem[],
): Promise<void> {
  if (depth > DEPTH_MAX) {
    problems.push(problemAt(prefix, `lies more than ${DEPTH_MAX} folders deep`));
    return;
  }
  for (const name of (await readdir(folder)).toSorted()) {
    if (name.startsWith(".") || entries.length > FILES_MAX) continue;
    const file = join(folder, name);
    const path = prefix + name;
    if ((await lstat(file)).isDirectory()) {
      await walk(root, file, `${path}/`, depth + 1, entries, problems);
    } else if (/\.ya?ml$/iu.test(name)) {
      const found = await entryOf(root, file, path);
      if ("message" in found) problems.push(found);
      else entries.push(found);
    }
  }
}

async function entryOf(root: string, file: string, path: string): Promise<RuleFileEntry | Problem> {
  try {
    // A mounted pack may consist of links, but a link out of the folder would publish any file as "rules".
    if (!(await realpath(file)).startsWith(root + sep)) {
      return problemAt(path, "is a link to a place outside the rules folder");
    }
    const facts = await stat(file, { bigint: true });
    if (!facts.isFile()) return problemAt(path, "is not a regular file");
    if (facts.size > RULE_FILE_BYTES_MAX)
      return problemAt(path, `is larger than ${RULE_FILE_BYTES_MAX} bytes`);
    const version = `${facts.ino}:${facts.size}:${facts.mtimeNs}:${facts.ctimeNs}`;
    return { path, file, bytes: Number(facts.size), version };
  } catch (error) {
    return problemAt(path, `cannot be read (${errorCode(error) ?? "unknown error"})`);
  }
}

async function readEntry(entry: RuleFileEntry): Promise<RuleFile | Problem> {
  try {
    const bytes = await readFile(entry.file);
    if (bytes.length > RULE_FILE_BYTES_MAX) {
      return problemAt(entry.path, `is larger than ${RULE_FILE_BYTES_MAX} bytes`);
    }
    return { path: entry.path, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof TypeError) return problemAt(entry.path, "is not UTF-8 text");
    return problemAt(entry.path, `cannot be read (${errorCode(error) ?? "unknown error"})`);
  }
}

function problemAt(path: string, message: string): Problem {
  return { path, line: 1, column: 1, message };
}
