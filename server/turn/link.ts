import type { Denied } from "../../engine/decide/decision.ts";
import type { Platform } from "../conversations/contract.ts";
import type { Claim } from "../customers/fold.ts";
import { writeProfile, type Talk } from "../customers/profile.ts";
import type { BoundSql } from "../database/statement.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import type { LinkPlan } from "./plan-link.ts";
import type { Concerned } from "./read-link.ts";
import type { Said } from "./said.ts";

const LATEST = Number.MAX_SAFE_INTEGER; // after all that were recorded before

/** The message's own conversation as the message leaves it, and what it claims and takes back. */
export interface OwnTalk {
  readonly id: string;
  readonly handleId: string;
  readonly platform: Platform;
  readonly startedAt: number;
  readonly lastAt: number;
  readonly says: readonly Said[];
  readonly takesBack: readonly Denied[];
}

/** When, and the number that a new link of the handle gets. */
interface Occasion {
  readonly linkSeq: number;
  readonly at: number;
  readonly now: number;
}

/** What a settled link writes around the message itself: before it the customer that is new, after it the other
 *  conversations that move, and the customers concerned as they follow from what their conversations say. */
export interface LinkWrites {
  readonly before: readonly BoundSql[];
  readonly after: readonly BoundSql[];
}

export function writeLink(
  tx: SealedTransaction,
  plan: LinkPlan,
  { talks, customers }: Concerned,
  own: OwnTalk,
  occasion: Occasion,
): LinkWrites {
  const { target, source, isNew } = plan;
  const { now } = occasion;
  const others = talks.filter(({ id }) => id !== own.id);
  const moving = others.filter((talk) => moves(plan, own.handleId, talk));
  const staysAt = (customerId: string) =>
    others.filter((talk) => talk.customerId === customerId && !moving.includes(talk));
  const said = talkOf(own, talks);
  const to = { ...target, talks: [...staysAt(target.id), ...moving, said] };
  const storedOf = (id: string) => {
    const stored = customers.find((customer) => customer.id === id);
    if (stored === undefined) throw new Error("a customer was removed while its handle was locked");
    return stored;
  };
  const sourceTold = source && { ...source, talks: staysAt(source.id), successorId: target.id };
  const profile = writeProfile(tx, to, isNew ? null : storedOf(target.id), now);
  return {
    before: isNew ? profile : [],
    after: [
      ...denials(tx.workspaceId, own, talks),
      ...(moving.length > 0 ? [moveConversations(tx.workspaceId, plan, moving, occasion)] : []),
      ...(isNew ? [] : profile),
      ...(sourceTold === null ? [] : writeProfile(tx, sourceTold, storedOf(sourceTold.id), now)),
    ],
  };
}

/** With what it claimed before, of which it may take something back, and what it claims now. */
function talkOf(own: OwnTalk, talks: readonly Talk[]): Talk {
  const { id, handleId, platform, startedAt, lastAt } = own;
  const before = talks.find((talk) => talk.id === id);
  const said = before?.claims ?? [];
  return {
    id,
    customerId: before?.customerId ?? null,
    handleId,
    linkSeq: before?.linkSeq ?? null,
    platform,
    startedAt,
    lastAt,
    claims: [
      ...said.map((claim) => (isTakenBack(own, claim) ? { ...claim, denied: true } : claim)),
      ...own.says.map(({ field, value, trust, unvalidated = false }) => {
        return { id: null, seq: LATEST, handleId, field, value, trust, unvalidated, denied: false };
      }),
    ],
  };
}

/** However often the value was given in this conversation. What was said in another one is that one's, and its customer's. */
function isTakenBack({ takesBack }: OwnTalk, claim: Claim): boolean {
  return takesBack.some(({ field, value }) => field === claim.field && value === claim.value);
}

function denials(workspaceId: string, own: OwnTalk, talks: readonly Talk[]): readonly BoundSql[] {
  const claims = talks.find(({ id }) => id === own.id)?.claims ?? [];
  const ids = claims.filter((claim) => isTakenBack(own, claim)).map(({ id }) => id);
  if (ids.length === 0) return [];
  const sql =
    "update claims set denied = true where workspace_id = :workspaceId and id = any(cast(:ids as uuid[]))";
  return [{ sql, bindings: { workspaceId, ids } }];
}

/** Whether another conversation, of this customer or of none, comes along. */
function moves({ moves: which, source }: LinkPlan, handleId: string, talk: Talk): boolean {
  // A profile without an email hangs on its handle. Since a merge it may hang on several: those of others stay.
  if (which === "handle") return talk.customerId === source?.id && talk.handleId === handleId;
  // The handle's others that nothing was said in yet.
  return which === "unlinked" && talk.customerId === null;
}

/** They get the handle's latest link; one that has a link keeps its place in the order. */
function moveConversations(
  workspaceId: string,
  { target }: LinkPlan,
  moving: readonly Talk[],
  { linkSeq, at }: Occasion,
): BoundSql {
  return {
    sql: `
      update conversations set
        customer_id = :targetId, link_trust = 'claimed', linked_at = :at, link_seq = coalesce(link_seq, :linkSeq)
      where workspace_id = :workspaceId and id = any(cast(:ids as uuid[]))`,
    bindings: {
      workspaceId,
      targetId: target.id,
      ids: moving.map(({ id }) => id),
      at: new Date(at),
      linkSeq,
    },
  };
}
