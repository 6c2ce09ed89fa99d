import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { parseLeaf } from "../audit/leaves.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import { keptPacks } from "../rules/kept-packs.ts";
import { replayConversation, type ReplayedConversation } from "./replay-conversation.ts";

const CONVERSATIONS_AT_ONCE = 50;
const NONE = "00000000-0000-0000-0000-000000000000";

export type Replay = ReplayedConversation & { readonly conversationId: string };

/** Runs every stored turn of a workspace again, conversation by conversation, the oldest first, and at the end names those that
 *  were erased. Each one is read as it stood at one moment; servers may run meanwhile. */
export async function* replayAll(store: Store, workspaceId: string): AsyncGenerator<Replay> {
  const packOf = keptPacks();
  for (let after = NONE; ;) {
    const replayed = await inSealedWorkspace(store, workspaceId, async (tx) => {
      await tx.raw("set transaction isolation level repeatable read");
      const rows = await tx.prepared<{ id: string }>(
        `select id from conversations where workspace_id = :workspaceId and id > :after
         order by id limit ${CONVERSATIONS_AT_ONCE}`,
        { workspaceId, after },
      );
      const results: Replay[] = [];
      for (const { id: conversationId } of rows) {
        const result = await replayConversation(tx, packOf, conversationId);
        if (result !== null) results.push({ conversationId, ...result });
      }
      return results;
    });
    yield* replayed;
    const last = replayed.at(-1);
    if (last === undefined) break;
    after = last.conversationId;
  }
  const erased = await inSealedWorkspace(store, workspaceId, (tx) => erasedConversations(tx));
  for (const conversationId of erased) yield { conversationId, outcome: "erased" };
}

/** The same for one conversation; null when there is none and none was erased. */
export async function replayOne(
  store: Store,
  workspaceId: string,
  conversationId: string,
): Promise<Replay | null> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    await tx.raw("set transaction isolation level repeatable read");
    const result = await replayConversation(tx, keptPacks(), conversationId);
    if (result !== null) return { conversationId, ...result };
    const erased = await erasedConversations(tx);
    return erased.includes(conversationId) ? { conversationId, outcome: "erased" } : null;
  });
}

export async function countConversations(store: Store, workspaceId: string): Promise<number> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const [row] = await tx.prepared<{ count: number }>(
      "select cast(count(*) as integer) as count from conversations where workspace_id = :workspaceId",
      { workspaceId },
    );
    return row?.count ?? 0;
  });
}

/** As the audit's leaves tell. */
async function erasedConversations(tx: WorkspaceTransaction): Promise<readonly string[]> {
  const rows = await tx.prepared<{ leaves: string }>(
    `select leaves from audit_seals where workspace_id = :workspaceId and leaves like '%erased %'
     union all
     select leaf from audit_leaves where workspace_id = :workspaceId and leaf like 'erased %'`,
    { workspaceId: tx.workspaceId },
  );
  const ids = rows
    .flatMap(({ leaves }) => leaves.split("\n"))
    .flatMap((line) => {
      const leaf = line.startsWith("erased ") ? parseLeaf(line) : null;
      return leaf?.kind === "erased" ? [leaf.conversationId] : [];
    });
  return [...new Set(ids)];
}
