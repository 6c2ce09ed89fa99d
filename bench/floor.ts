/**
 * The floor that a chat turn is measured against: a bare Express handler that makes one durable transaction of the same
 * rows (the customer's message, the reply, the turn with its trace, the conversation with its state) in ONE statement, with
 * no understanding, no identity, no row-level security, no idempotency. Rows have the size of real ones.
 * Run by bench/turn.ts: DATABASE_URL, PORT and SAMPLE (a real turn's response, trace and state) in the environment.
 */
import express from "express";
import { Pool } from "pg";
import { v7 as uuid } from "uuid";

const POOL_SIZE = 20; // as many connections as the server under test has

const sample = JSON.parse(process.env["SAMPLE"] ?? "{}");
const pool = new Pool({ connectionString: process.env["DATABASE_URL"], max: POOL_SIZE });
const conversations = new Map<string, { readonly id: string; turn: number }>();

await pool.query(`
  create schema if not exists floor;
  create table if not exists floor.conversations (id uuid primary key, handle text not null, turn int, state json) with (fillfactor = 70);
  create table if not exists floor.messages (conversation_id uuid, seq int, id uuid, role text, text text, response json,
    at timestamptz, primary key (conversation_id, seq));
  create table if not exists floor.turns (conversation_id uuid, turn int, trace json, at timestamptz, primary key (conversation_id, turn));
`);

const statement = `
  with conversation as (
    insert into floor.conversations (id, handle, turn, state) values ($1, $2, $3, $4)
    on conflict (id) do update set turn = excluded.turn, state = excluded.state
  ), message as (
    insert into floor.messages (conversation_id, seq, id, role, text, response, at)
    values ($1, $3 * 2 - 1, $5, 'customer', $6, $7, now()), ($1, $3 * 2, $8, 'bot', $9, null, now())
  )
  insert into floor.turns (conversation_id, turn, trace, at) values ($1, $3, $10, now())`;

const app = express();
app.use(express.json());
app.post("/v1/chat", async (request, response) => {
  const { handle, text } = request.body;
  const conversation = conversations.get(handle) ?? { id: uuid(), turn: 0 };
  conversations.set(handle, conversation);
  conversation.turn += 1;
  const { id, turn } = conversation;
  const values = [
    id,
    handle,
    turn,
    sample.state,
    uuid(),
    text,
    sample.response,
    uuid(),
    sample.reply,
    sample.trace,
  ];
  await pool.query({ name: "turn", text: statement, values });
  response.type("json").send(sample.response);
});
app.get("/readyz", (_request, response) => {
  response.sendStatus(200);
});
app.listen(Number(process.env["PORT"]), "127.0.0.1");
