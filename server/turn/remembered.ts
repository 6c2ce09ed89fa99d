import type { ChatRequest } from "../conversations/contract.ts";
import type { Occasion, Opened } from "./open.ts";

/** About 20 MB; beyond it, who was silent longest is forgotten first. */
export const REMEMBERED_MAX = 10_000;

/** Where a turn left a person: what the next one would read, as long as the handle's revision stays the same. */
export type Remembered = Opened & {
  readonly handleId: string;
  readonly conversation: NonNullable<Opened["conversation"]>;
  /** Whether this is the conversation that goes on where the caller names none. */
  readonly isLatest: boolean;
  /** The fields that were looked up, and since when refusals were. */
  readonly packHash: string;
  readonly refusedSince: number;
};

/** What a process remembers of the persons whose turns it took last. Nothing is decided by it alone: the statement that
 *  records a turn checks the revision, and whoever is not at it any more is read anew. */
export interface Memory {
  recall(person: string): Remembered | undefined;
  remember(person: string, remembered: Remembered): void;
  forget(person: string): void;
}

export function createMemory(rememberedMax: number = REMEMBERED_MAX): Memory {
  const persons = new Map<string, Remembered>();
  return {
    recall: (person) => persons.get(person),
    remember(person, remembered) {
      persons.delete(person); // to the end: the first is the one who was silent longest
      persons.set(person, remembered);
      const [oldest] = persons.keys();
      if (persons.size > rememberedMax && oldest !== undefined) persons.delete(oldest);
    },
    forget: (person) => void persons.delete(person),
  };
}

/** Whether reading anew, at the same revision, would find what is remembered. */
export function serves(
  { conversation, isLatest, packHash, actionRevision, refusedSince }: Remembered,
  request: ChatRequest,
  occasion: Occasion,
  current: { readonly packHash: string; readonly actionRevision: number },
): boolean {
  return (
    // An imported message may belong to an older conversation.
    request.at === undefined &&
    !request.newConversation &&
    (request.conversationId === undefined
      ? isLatest &&
        occasion.aliveSince <= conversation.lastAt &&
        conversation.startedAt <= occasion.aliveUntil
      : request.conversationId === conversation.id) &&
    packHash === current.packHash &&
    actionRevision === current.actionRevision &&
    refusedSince <= occasion.refusedSince
  );
}
