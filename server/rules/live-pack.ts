import type { RulePack } from "../../engine/rules/pack.ts";
import type { Log } from "../log.ts";
import { loadRules, problemLine } from "./load-rules.ts";
import { listRules } from "./read-rules.ts";

// Looking beats being told: fs.watch misses changes on mounted and network folders, and listing a pack costs about a millisecond.
const LOOK_EVERY_MS = 500;
const PROBLEMS_LOGGED_MAX = 20;

/** The rule pack in force. A turn takes it once, at its start. */
export interface LivePack {
  current(): RulePack;
  close(): void;
}

/** Keeps `pack` in force until the files in `directory` change, and then the pack that they make. Files that make no
 *  valid pack are reported in the log, and the pack in force stays. */
export function watchPack(
  directory: string,
  pack: RulePack,
  log: Log,
  lookEveryMs = LOOK_EVERY_MS,
): LivePack {
  let inForce = pack;
  let judged: string | null = null;
  let broken = false;
  let seen: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function look(): Promise<void> {
    const version = await versionOf(directory);
    // A pack is only read once it has stood still for a look: a checkout or an editor may be half way through.
    if (version === seen && version !== judged) {
      judged = version;
      const loaded = await loadRules(directory, { tests: "skip" });
      if ("pack" in loaded) {
        if (loaded.pack.hash === inForce.hash && broken)
          log.info({ pack: inForce.hash }, "the rules are valid again");
        broken = false;
        if (loaded.pack.hash !== inForce.hash) {
          log.info({ pack: loaded.pack.hash, before: inForce.hash }, "the rules changed and are in force");
          inForce = loaded.pack;
        }
      } else {
        broken = true;
        const problems = loaded.problems.slice(0, PROBLEMS_LOGGED_MAX).map(problemLine);
        const count = loaded.problems.length;
        log.error(
          { problems, count, pack: inForce.hash },
          "the rules changed but are not valid: the old ones stay",
        );
      }
    }
    seen = version;
  }

  function next(): void {
    timer = setTimeout(() => void look().catch(report).finally(again), lookEveryMs);
    timer.unref();
  }
  function again(): void {
    if (!closed) next();
  }
  function report(error: unknown): void {
    log.error({ err: error }, "the rules folder could not be looked at");
  }
  next();

  return {
    current: () => inForce,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

async function versionOf(directory: string): Promise<string> {
  const { entries, problems } = await listRules(directory);
  return JSON.stringify([entries.map((entry) => [entry.path, entry.version]), problems]);
}
