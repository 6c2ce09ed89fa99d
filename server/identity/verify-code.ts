import { checkCollecting } from "../actions/check-collecting.ts";
import type { Actor } from "../audit/events.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import { lockOfConversation, proveEmail } from "../turn/prove.ts";
import { conversationOfChallenge, takeCode } from "./challenges.ts";
import type { VerifyRequest } from "./contract.ts";

/** Takes a code and, when it is right, links the conversation to the customer of the address. False for a wrong, used,
 *  expired or unknown one alike. Throws `not_collecting`. `now`: milliseconds since the epoch. */
export async function verifyCode(
  store: Store,
  workspaceId: string,
  given: VerifyRequest,
  actor: Actor,
  now: number,
): Promise<boolean> {
  const conversationId = await conversationOfChallenge(store, workspaceId, given.challengeId);
  const lock = conversationId === null ? null : await lockOfConversation(store, workspaceId, conversationId);
  if (conversationId === null || lock === null) return false;
  return inSealedWorkspace(
    store,
    workspaceId,
    async (tx) => {
      await checkCollecting(tx, conversationId);
      const proven = await takeCode(tx, given, now);
      if (proven === null) return false;
      return proveEmail(tx, proven.conversationId, proven.email, "mailed_code", actor, now);
    },
    { locks: [lock] },
  );
}
