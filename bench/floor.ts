/**
 * The floor that a chat turn is measured against: a bare Express handler that makes one durable transaction of the same rows
 * in the same tables (the customer's message, the reply, the turn with its trace, the conversation with its state, the claim,
 * the customer and the data keys), in ONE statement, with no understanding, no identity, no locks, no idempotency and no
 * encryption: what the program seals is bytes of the same length here. Every message has the rows that the program made of
 * the same message.
 * Run by bench/turn.ts: DATABASE_URL (a migrated database), PORT, WORKSPACE_ID and SAMPLES (see Sample) in the environment.
 */
import express from "express";
import { randomBytes } from "node:crypto";
import { Pool } from "pg";
import { v7 as uuid } from "uuid";
import { compileStatement } from "../server/database/statement.ts";
import { KEY_BYTES } from "../server/privacy/keyring.ts";
import { SEAL_BYTES } from "../server/privacy/seal.ts";
import { MESSAGES } from "./messages.ts";

/** What the program made of the nth message of a conversation. */
export interface Sample {
  readonly response: string;
  readonly reply: string;
  readonly trace: string;
  readonly state: string;
  readonly packHash: string;
  readonly engineVersion: string;
}

const POOL_SIZE = 20; // as many connections as the server under test has
const TOKENS = Array.from({ length: 25 }, (_, index) => index); // about what an address is searched by

const workspaceId = process.env["WORKSPACE_ID"] ?? "";
const pool = new Pool({
  connectionString: process.env["DATABASE_URL"],
  max: POOL_SIZE,
  // For a user whom row-level security does concern, as on a server of your own.
  options: `-c app.workspace_id=${workspaceId}`,
});

const sealed = (text: string) => Buffer.concat([Buffer.alloc(SEAL_BYTES), Buffer.from(text)]);
const given: readonly Sample[] = JSON.parse(process.env["SAMPLES"] ?? "[]");
const samples = given.map(({ response, packHash, engineVersion, ...texts }) => ({
  answer: response,
  bindings: {
    response: sealed(response),
    reply: sealed(texts.reply),
    trace: sealed(texts.trace),
    state: sealed(texts.state),
    packHash,
    engineVersion,
  },
}));

const insertKey = (subject: string) => `
  insert into data_keys (workspace_id, subject_id, workspace_key_version, wrapped)
  values (:workspaceId, ${subject}, 1, :wrapped) on conflict (workspace_id, subject_id) do nothing`;

const updateConversation = (link: string) => `
  conversation as (
    update conversations set state = :state, turn = :turn, message_count = :seq + 1, last_at = now() ${link}
    where workspace_id = :workspaceId and id = :conversationId
  )`;

const beginnings = {
  first: `
    person as (
      insert into handles (workspace_id, id, platform, handle_key, index_version, revision, created_at)
      values (:workspaceId, :handleId, 'web_widget', sha256(:handle), 1, 1, now())
    ), key as (${insertKey(":conversationId")}
    ), conversation as (
      insert into conversations (
        workspace_id, id, handle_id, platform, handle, started_at, last_at, turn, message_count, state)
      values (:workspaceId, :conversationId, :handleId, 'web_widget', :handle, now(), now(), :turn, :seq + 1, :state)
    )`,
  known: updateConversation(""),
  detail: `
    customer as (
      insert into customers (
        workspace_id, id, email_key, index_version, profile, fields, tokens, created_at, updated_at)
      values (:workspaceId, :customerId, sha256(:email), 1, :email, '{email}', :tokens, now(), now())
      on conflict (workspace_id, id) do nothing
    ), customer_key as (${insertKey(":customerId")}
    ), activity as (
      insert into customer_activity (workspace_id, customer_id, first_at, last_at, conversation_count)
      values (:workspaceId, :customerId, now(), now(), 1)
      on conflict (workspace_id, customer_id) do update set last_at = excluded.last_at
    ), claim as (
      insert into claims (
        workspace_id, id, conversation_id, handle_id, message_seq, turn, field, said, span_start, span_end, extractor,
        unvalidated, pack_hash, trust, at)
      values (:workspaceId, :claimId, :conversationId, :handleId, :seq, :turn, 'email', :email, 0, 9, 'email', false,
        :packHash, 'claimed', now())
    ), ${updateConversation(", customer_id = :customerId, link_trust = 'claimed', linked_at = now(), link_seq = 1")}`,
  linked: `
    activity as (
      update customer_activity set last_at = now() where workspace_id = :workspaceId and customer_id = :customerId
    ), ${updateConversation("")}`,
};

const rest = `
  message as (
    insert into messages (
      workspace_id, conversation_id, seq, id, handle_id, role, text, turn, response, at, recorded_at)
    values
      (:workspaceId, :conversationId, :seq, :messageId, :handleId, 'customer', :text, :turn, :response, now(), now()),
      (:workspaceId, :conversationId, :seq + 1, :replyId, :handleId, 'bot', :reply, null, cast(null as bytea), now(), now())
  )
  insert into turns (workspace_id, conversation_id, turn, message_seq, pack_hash, engine_version, trace, at)
  values (:workspaceId, :conversationId, :turn, :seq, :packHash, :engineVersion, :trace, now())`;

const statements = {
  first: compileStatement(`with ${beginnings.first}, ${rest}`),
  known: compileStatement(`with ${beginnings.known}, ${rest}`),
  detail: compileStatement(`with ${beginnings.detail}, ${rest}`),
  linked: compileStatement(`with ${beginnings.linked}, ${rest}`),
};

interface Person {
  readonly handleId: string;
  readonly conversationId: string;
  turn: number;
  customerId: string | null;
}
const persons = new Map<string, Person>();

const app = express();
app.use(express.json());
app.post("/v1/chat", async (request, response) => {
  const { handle, text } = request.body;
  const known = persons.get(handle);
  const person: Person = known ?? {
    handleId: uuid(),
    conversationId: uuid(),
    turn: 0,
    customerId: null,
  };
  persons.set(handle, person);
  const sample = samples[person.turn % MESSAGES.length];
  if (sample === undefined) throw new Error("there is no sample of this message");
  person.turn += 1;
  const isDetail = text.includes("@");
  if (isDetail) person.customerId ??= uuid();
  const rows = isDetail ? "detail" : person.customerId === null ? "known" : "linked";
  const kind = known === undefined ? "first" : rows;
  const values: Readonly<Record<string, unknown>> = {
    ...sample.bindings,
    workspaceId,
    handleId: person.handleId,
    conversationId: person.conversationId,
    customerId: person.customerId,
    turn: person.turn,
    seq: person.turn * 2 - 1,
    text: sealed(text),
    messageId: uuid(),
    replyId: uuid(),
    ...(kind === "first" ? { handle: sealed(handle), wrapped: randomBytes(KEY_BYTES + SEAL_BYTES) } : {}),
    ...(kind === "detail"
      ? { email: sealed(text), tokens: TOKENS, claimId: uuid(), wrapped: randomBytes(KEY_BYTES + SEAL_BYTES) }
      : {}),
  };
  const statement = statements[kind];
  await pool.query({
    name: kind,
    text: statement.text,
    values: statement.names.map((name) => values[name]),
  });
  response.type("json").send(sample.answer);
});
app.get("/readyz", (_request, response) => {
  response.sendStatus(200);
});
app.listen(Number(process.env["PORT"]), "127.0.0.1");
