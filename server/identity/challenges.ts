import { randomInt, timingSafeEqual } from "node:crypto";
import { emailKey } from "../../engine/understand/email-key.ts";
import { checkCollecting } from "../actions/check-collecting.ts";
import { AppError } from "../app-error.ts";
import { blindIndex, blindIndexes, hmac, indexVersion } from "../privacy/blind-index.ts";
import { openDataKey, type WrappedDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import { sealColumn, unsealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { newRowId } from "../uuid.ts";
import type { ChallengeRequest, ChallengeView, VerifyRequest } from "./contract.ts";
import type { Mail } from "./mailer.ts";
import { joinDataKey } from "../privacy/data-key-sql.ts";

const CODE_DIGITS = 6;
export const CODE_MS = 10 * 60 * 1000;
export const TRIES_MAX = 5;
const HOUR_MS = 60 * 60 * 1000;
/** Codes in an hour: for a conversation, and for an address, which may be somebody's who did not ask for them. */
export const CODES_AN_HOUR_MAX = 5;

export interface Challenge extends ChallengeView {
  /** What is to be mailed, or null where too many codes were: the caller is answered the same. */
  readonly mail: Mail | null;
}

/** Makes a code for an address, to be mailed to it. The answer is the same for an address that a customer has and for one that
 *  nobody has. Throws `conversation_not_found`, `not_collecting`, and `invalid_request` for an address that is none. */
export async function createChallenge(
  store: Store,
  workspaceId: string,
  { conversationId, email }: ChallengeRequest,
  now: number,
): Promise<Challenge> {
  const address = emailKey(email);
  if (address === null) {
    const faults = [{ pointer: "/email", detail: "must be an email address" }];
    throw new AppError("invalid_request", "/email must be an email address.", { faults });
  }
  const challengeId = newRowId();
  const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, "0");
  const expiresAt = new Date(now + CODE_MS);
  const isSent = await inSealedWorkspace(store, workspaceId, async (tx) => {
    const key = await conversationKey(tx, conversationId);
    await checkCollecting(tx, conversationId);
    if (await isTooOften(tx, conversationId, address, now)) return false;
    await tx.raw(
      `insert into identity_challenges (
         workspace_id, id, conversation_id, email, email_key, index_version, code_hash, tries, created_at, expires_at)
       values (
         :workspaceId, :challengeId, :conversationId, :email, :emailKey, :indexVersion, :codeHash, 0, :now, :expiresAt)`,
      {
        workspaceId,
        challengeId,
        conversationId,
        email: sealColumn(workspaceId, key, "identity_challenges.email", challengeId, address),
        emailKey: blindIndex(tx.keyring, "email", address),
        indexVersion: indexVersion(tx.keyring),
        codeHash: codeHash(key, challengeId, code),
        now: new Date(now),
        expiresAt,
      },
    );
    return true;
  });
  return { challengeId, expiresAt: expiresAt.toISOString(), mail: isSent ? mailOf(address, code) : null };
}

async function conversationKey(tx: SealedTransaction, conversationId: string) {
  const [row] = await tx.raw<WrappedDataKey>(
    `select key.key_version, key.key_wrapped
     from (select id from conversations where workspace_id = :workspaceId and id = :conversationId offset 0) as conversation
  ${joinDataKey("conversation.id")}`,
    { workspaceId: tx.workspaceId, conversationId },
  );
  if (row === undefined) throw new AppError("conversation_not_found", "There is no such conversation.");
  return openDataKey(tx.keyring, conversationId, row);
}

async function isTooOften(
  tx: SealedTransaction,
  conversationId: string,
  address: string,
  now: number,
): Promise<boolean> {
  const [row] = await tx.raw<{ of_conversation: number; of_address: number }>(
    `select
       (select cast(count(*) as integer) from identity_challenges
        where workspace_id = :workspaceId and conversation_id = :conversationId and created_at > :since) as of_conversation,
       (select cast(count(*) as integer) from identity_challenges
        where workspace_id = :workspaceId and email_key = any(cast(:emailKeys as bytea[])) and created_at > :since) as of_address`,
    {
      workspaceId: tx.workspaceId,
      conversationId,
      emailKeys: blindIndexes(tx.keyring, "email", address),
      since: new Date(now - HOUR_MS),
    },
  );
  return Math.max(row?.of_conversation ?? 0, row?.of_address ?? 0) >= CODES_AN_HOUR_MAX;
}

function mailOf(to: string, code: string): Mail {
  const shown = `${code.slice(0, CODE_DIGITS / 2)} ${code.slice(CODE_DIGITS / 2)}`;
  return {
    to,
    subject: `${shown} is your code`,
    text: [
      `Your code is ${shown}. It holds for ten minutes.`,
      "",
      "It confirms that this address is yours, in the chat where you were asked for it.",
      "If you did not ask for it, do nothing: without the code nothing happens.",
    ].join("\n"),
  };
}

/** Six digits are found by trying: so they are hashed with a key that is not in the database. The conversation's, which no rotation
 *  replaces: nobody could make the hash anew. */
function codeHash(key: DataKey, challengeId: string, code: string): Buffer {
  return hmac(key, "code", `${challengeId} ${code}`);
}

/** What a right code proves. */
export interface Proven {
  readonly conversationId: string;
  readonly email: string;
}

/** Takes a code: null for a wrong, used, expired or unknown one alike. Each try counts, also when several come at once. */
export async function takeCode(
  tx: SealedTransaction,
  { challengeId, code }: VerifyRequest,
  now: number,
): Promise<Proven | null> {
  const { workspaceId } = tx;
  const [row] = await tx.raw<{ conversation_id: string; email: Uint8Array; code_hash: Uint8Array }>(
    `update identity_challenges set tries = tries + 1
     where workspace_id = :workspaceId and id = :challengeId and used_at is null and expires_at > :now
       and tries < :triesMax
     returning conversation_id, email, code_hash`,
    { workspaceId, challengeId, now: new Date(now), triesMax: TRIES_MAX },
  );
  if (row === undefined) return null;
  const { conversation_id: conversationId } = row;
  const key = await conversationKey(tx, conversationId);
  const given = codeHash(key, challengeId, code.replaceAll(/\s/gu, ""));
  if (!timingSafeEqual(given, row.code_hash)) return null;
  await tx.raw(
    "update identity_challenges set used_at = :now where workspace_id = :workspaceId and id = :challengeId",
    { workspaceId, challengeId, now: new Date(now) },
  );
  return {
    conversationId,
    email: unsealColumn(workspaceId, key, "identity_challenges.email", challengeId, row.email),
  };
}

/** The conversation that a code was made for; null for an unknown one. */
export async function conversationOfChallenge(
  store: Store,
  workspaceId: string,
  challengeId: string,
): Promise<string | null> {
  const [row] = await inSealedWorkspace(store, workspaceId, (tx) =>
    tx.raw<{ conversation_id: string }>(
      "select conversation_id from identity_challenges where workspace_id = :workspaceId and id = :challengeId",
      { workspaceId, challengeId },
    ),
  );
  return row?.conversation_id ?? null;
}
