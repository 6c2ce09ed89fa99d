import { parseId } from "../http/parse-id.ts";
import { createKeyrings } from "../privacy/keyrings.ts";
import { countConversations, replayAll, replayOne, type Replay } from "../replay/replay-all.ts";
import { configuredKeys, rootKeyNotice } from "./configured-keys.ts";
import { install, openConfigured } from "./installation.ts";
import { Refusal, refuseWithList } from "./refusal.ts";
import { readSettings } from "./settings.ts";

const BAR_CHARS = 30;
const LINES_SHOWN_MAX = 200; // of differences; the summary counts them all

/** Runs stored conversations again: one, or with null all of them. */
export async function replayStored(conversation: string | null): Promise<void> {
  const environment = readSettings();
  const id = conversation === null ? null : parseId(conversation);
  if (conversation !== null && id === null)
    throw new Refusal(["--conversation is the id of a conversation, a UUID."]);
  const keys = configuredKeys(environment, (path) => console.error(rootKeyNotice(path).join("\n")));
  const database = await openConfigured(environment);
  try {
    const workspaceId = await install(database);
    const store = { database, keyrings: createKeyrings(database, keys.inUse, Date.now) };
    if (id === null) {
      const total = await countConversations(store, workspaceId);
      return await report(replayAll(store, workspaceId), total);
    }
    const replay = await replayOne(store, workspaceId, id);
    if (replay === null) throw new Refusal(["There is no such conversation."], 1);
    await report([replay], 1);
  } finally {
    await database.close();
  }
}

async function report(replays: AsyncIterable<Replay> | Iterable<Replay>, total: number): Promise<void> {
  const count = { same: 0, different: 0, erased: 0, turns: 0 };
  const different: string[] = [];
  const advance = progress(total);
  for await (const replay of replays) {
    count[replay.outcome] += 1;
    if (replay.outcome === "erased") console.log(`${replay.conversationId} erased`);
    else {
      count.turns += replay.turns;
      for (const what of replay.differences) {
        if (different.length < LINES_SHOWN_MAX) different.push(`${replay.conversationId} different: ${what}`);
      }
    }
    advance(count.same + count.different);
  }
  const conversations = `${count.same} the same, ${count.different} different, ${count.erased} erased`;
  const summary = `turns run again: ${count.turns}; conversations: ${conversations}`;
  if (count.different > 0) throw refuseWithList(summary, different, 1);
  console.log(summary);
}

/** A bar on a terminal; elsewhere a line at every tenth. */
function progress(total: number): (done: number) => void {
  let tenths = 0;
  return (done) => {
    if (total < 2) return;
    const share = Math.min(1, done / total);
    const percent = `${Math.floor(share * 100)} % of ${total} conversations`;
    if (process.stderr.isTTY) {
      const filled = Math.floor(share * BAR_CHARS);
      const bar = "#".repeat(filled) + "-".repeat(BAR_CHARS - filled);
      process.stderr.write(`\r[${bar}] ${percent}${done === total ? "\n" : ""}`);
    } else if (Math.floor(share * 10) > tenths) {
      tenths = Math.floor(share * 10);
      console.error(percent);
    }
  };
}
