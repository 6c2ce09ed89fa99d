import { parseId } from "../http/parse-id.ts";
import type { Store } from "../privacy/store.ts";
import { countConversations, replayAll, replayOne, type Replay } from "../replay/replay-all.ts";
import { inEach } from "./in-each.ts";
import { Refusal, refuseWithList } from "./refusal.ts";
import { withStores } from "./with-store.ts";

const BAR_CHARS = 30;
const LINES_SHOWN_MAX = 200; // of differences; the summary counts them all

/** Runs stored conversations again, of every workspace or of the one that is stated: one, or with null all of them. */
export async function replayStored(
  conversation: string | null,
  workspace: string | undefined,
): Promise<void> {
  const id = conversation === null ? null : parseId(conversation);
  if (conversation !== null && id === null)
    throw new Refusal(["--conversation is the id of a conversation, a UUID."]);
  await withStores(workspace, async (store, workspaceIds) => {
    if (id !== null) return replayFound(store, workspaceIds, id);
    return inEach(workspaceIds, async (workspaceId) => {
      const total = await countConversations(store, workspaceId);
      await report(replayAll(store, workspaceId), total);
    });
  });
}

async function replayFound(store: Store, workspaceIds: readonly string[], id: string): Promise<void> {
  for (const workspaceId of workspaceIds) {
    const replay = await replayOne(store, workspaceId, id);
    if (replay !== null) return report([replay], 1);
  }
  throw new Refusal(["There is no such conversation."], 1);
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
