/**
 * The floor that a chat turn is measured against: a bare Express handler that makes one durable transaction of the same rows
 * in the same tables (the customer's message, the reply, the turn with its trace, the conversation with its state, the claim
 * and the customer), in ONE statement, as a user whom row-level security does not concern, with no understanding, no
 * identity, no locks and no idempotency. Every message has the rows that the program made of the same message.
 * Run by bench/turn.ts: DATABASE_URL (a migrated database), PORT, WORKSPACE_ID and SAMPLES (see Sample) in the environment.
 */
import express from "express";
import { Pool } from "pg";
import { v7 as uuid } from "uuid";
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

interface Person {
  readonly handleId: string;
  readonly conversationId: string;
  turn: number;
  seq: number;
  customerId: string | null;
}

const samples: readonly Sample[] = JSON.parse(process.env["SAMPLES"] ?? "[]");
const workspaceId = process.env["WORKSPACE_ID"] ?? "";
const pool = new Pool({
  connectionString: process.env["DATABASE_URL"],
  max: POOL_SIZE,
  // For a user whom row-level security does concern, as on a server of your own.
  options: `-c app.workspace_id=${workspaceId}`,
});
const persons = new Map<string, Person>();

const beginnings = {
  first: `
    person as (
      insert into handles (workspace_id, id, platform, handle, revision, created_at)
      values ($1, $2, 'web_widget', $3, 1, now())
    ), conversation as (
      insert into conversations (workspace_id, id, handle_id, platform, started_at, last_at, turn, message_count, state)
      values ($1, $4, $2, 'web_widget', now(), now(), $5, $6 + 1, $7)
    )`,
  known: `
    conversation as (
      update conversations set state = $7, turn = $5, message_count = $6 + 1, last_at = now()
      where workspace_id = $1 and id = $4 and handle_id = $2 and $3 <> ''
    )`,
  detail: `
    customer as (
      insert into customers (
        workspace_id, id, email_key, email, first_at, last_at, conversation_count, created_at, updated_at)
      values ($1, $16, $17, $17, now(), now(), 1, now(), now())
      on conflict (workspace_id, id) do update set last_at = excluded.last_at
    ), conversation as (
      update conversations set state = $7, turn = $5, message_count = $6 + 1, last_at = now(), customer_id = $16,
        link_trust = 'claimed', linked_at = now(), link_seq = 1, stated_email_key = $17
      where workspace_id = $1 and id = $4 and handle_id = $2 and $3 <> ''
    ), claim as (
      insert into claims (
        workspace_id, id, conversation_id, handle_id, message_seq, turn, field, value, raw, span_start, span_end, extractor,
        pack_hash, trust, at)
      values ($1, $18, $4, $2, $6, $5, 'email', $17, $9, 0, length(cast($9 as text)), 'email', $13, 'claimed', now())
    )`,
  linked: `
    customer as (
      update customers set last_at = now() where workspace_id = $1 and id = $16
    ), conversation as (
      update conversations set state = $7, turn = $5, message_count = $6 + 1, last_at = now()
      where workspace_id = $1 and id = $4 and handle_id = $2 and $3 <> ''
    )`,
};

const rest = `
  message as (
    insert into messages (
      workspace_id, conversation_id, seq, id, handle_id, role, text, turn, response, at, recorded_at)
    values
      ($1, $4, $6, $8, $2, 'customer', $9, $5, $10, now(), now()),
      ($1, $4, $6 + 1, $11, $2, 'bot', $12, null, cast(null as json), now(), now())
  )
  insert into turns (workspace_id, conversation_id, turn, message_seq, pack_hash, engine_version, trace, at)
  values ($1, $4, $5, $6, $13, $14, $15, now())`;

const app = express();
app.use(express.json());
app.post("/v1/chat", async (request, response) => {
  const { handle, text } = request.body;
  const known = persons.get(handle);
  const person = known ?? { handleId: uuid(), conversationId: uuid(), turn: 0, seq: -1, customerId: null };
  persons.set(handle, person);
  const sample = samples[person.turn % MESSAGES.length];
  if (sample === undefined) throw new Error("there is no sample of this message");
  person.turn += 1;
  person.seq += 2;
  const detail = text.includes("@");
  const wasLinked = person.customerId !== null;
  if (detail) person.customerId ??= uuid();
  const kind = known === undefined ? "first" : detail ? "detail" : wasLinked ? "linked" : "known";
  await pool.query({
    name: kind,
    text: `with ${beginnings[kind]}, ${rest}`,
    values: [
      ...[workspaceId, person.handleId, handle, person.conversationId, person.turn, person.seq, sample.state],
      ...[uuid(), text, sample.response, uuid(), sample.reply, sample.packHash, sample.engineVersion],
      sample.trace,
      ...(kind === "linked" || kind === "detail" ? [person.customerId] : []),
      ...(kind === "detail" ? [text, uuid()] : []),
    ],
  });
  response.type("json").send(sample.response);
});
app.get("/readyz", (_request, response) => {
  response.sendStatus(200);
});
app.listen(Number(process.env["PORT"]), "127.0.0.1");
