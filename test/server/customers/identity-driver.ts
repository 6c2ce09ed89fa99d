import * as fc from "fast-check";
import { expect } from "vitest";
import { emailKey } from "../../../engine/understand/email-key.ts";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import type { TurnAnswer } from "../../../server/turn/answer.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { chat } from "../../../server/turn/chat.ts";
import { sorted, type Portrait, type Saying } from "./identity-model.ts";
import { openProfile, ownEmailOf } from "../../../server/customers/sealed.ts";
import { blindIndex } from "../../../server/privacy/blind-index.ts";
import { openerOf } from "../../support/opened-rows.ts";
import { storeOf } from "../../support/stores.ts";

export const BEGIN = Date.UTC(2025, 5, 1);
const SPREAD_MS = 20 * 60 * 1000; // less than the silence that ends a conversation

/** Spellings of five addresses: in case, IDN and Unicode variants. */
const EMAILS = [
  "bob@work.example",
  "BOB@Work.Example",
  "bob@home.example",
  "Bob@HOME.example",
  "eve@b\u00fccher.example",
  "eve@xn--bcher-kva.example",
  "EVE@B\u00dcCHER.example",
  "eve@bu\u0308cher.example",
  "bob+tag@work.example",
  "b.ob@work.example",
];
const NAMES = ["Mike", "Mike Smith", "Anna", "Anna Lindqvist"];
const PHONES = ["+61412345678", "+61412345679"];

const email = fc.constantFrom(...EMAILS).map((value) => ({ field: "email", value }));
const name = fc.constantFrom(...NAMES).map((value) => ({ field: "name", value }));
const phone = fc.constantFrom(...PHONES).map((value) => ({ field: "phone", value }));

const says = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 4, arbitrary: fc.tuple(email) },
  { weight: 2, arbitrary: fc.tuple(name) },
  { weight: 1, arbitrary: fc.tuple(phone) },
  { weight: 1, arbitrary: fc.tuple(name, email) },
);
const where = fc.oneof(
  { weight: 6, arbitrary: fc.constant("latest" as const) },
  { weight: 2, arbitrary: fc.constant("new" as const) },
  { weight: 2, arbitrary: fc.nat({ max: 3 }) },
);

/** One message of one of `handles` on one of two platforms. */
export function sayingsOf(...handles: readonly string[]): fc.Arbitrary<Saying> {
  return fc.record({
    platform: fc.constantFrom("web_widget", "line"),
    handle: fc.constantFrom(...handles),
    where,
    says,
    at: fc.nat({ max: SPREAD_MS }).map((ms) => BEGIN + ms),
  });
}

const WORDS: Readonly<Record<string, string>> = {
  email: "my email is",
  name: "my name is",
  phone: "my phone number is",
};

export function textOf(saying: Pick<Saying, "says">): string {
  if (saying.says.length === 0) return "Hello there";
  return saying.says.map(({ field, value }) => `${WORDS[field]} ${value}`).join(", ");
}

/** Chats as the sayings say. Remembers which conversations a handle has begun, to come back to them. */
export function createDriver(database: Database, pack: RulePack, workspaceId: string) {
  const begun = new Map<string, string[]>();

  async function say(saying: Saying): Promise<TurnAnswer> {
    const person = `${saying.platform}/${saying.handle}`;
    const mine = begun.get(person) ?? [];
    begun.set(person, mine);
    const back = typeof saying.where === "number" ? mine[saying.where % mine.length] : undefined;
    const request = {
      platform: saying.platform,
      handle: saying.handle,
      text: textOf(saying),
      at: new Date(saying.at).toISOString(),
      ...(back === undefined ? {} : { conversationId: back }),
      newConversation: saying.where === "new",
    };
    const response = await chat(
      storeOf(database),
      pack,
      workspaceId,
      ChatRequest.parse(request),
      BEGIN + SPREAD_MS,
    );
    if (!mine.includes(response.conversationId)) mine.push(response.conversationId);
    return response;
  }
  return { say, conversationId: (person: string, number: number) => begun.get(person)?.[number] };
}

interface LogRow {
  readonly id: string;
  readonly conversation_id: string;
  readonly platform: string;
  readonly handle: Uint8Array;
  readonly conversation: number;
  readonly text: Uint8Array;
  readonly at: Date;
}

/** The customers' messages in the order in which they took effect: that of their claims, which are numbered while the locks
 *  are held. A message without claims comes after the earlier ones of its handle. */
export async function committed(database: Database, workspaceId: string): Promise<Saying[]> {
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    tx.raw<LogRow>(`
      select messages.id, messages.conversation_id, c.platform, c.handle, messages.text, messages.at,
        c.number as conversation,
        max(claim.seq) over (partition by messages.handle_id order by messages.id) as taken
      from messages
      left join lateral (
        select max(seq) as seq from claims
        where claims.conversation_id = messages.conversation_id and message_seq = messages.seq
      ) claim on true
      join (select id, platform, handle, cast(row_number() over (partition by handle_id order by id) - 1 as integer) as number
            from conversations) c on c.id = messages.conversation_id
      where role = 'customer'
      order by taken nulls first, messages.id`),
  );
  const { open } = await openerOf(database, workspaceId);
  const counts = new Map<string, number>();
  return rows.map(({ id, conversation_id: conversationId, platform, conversation, at, ...sealed }) => {
    const handle = open(conversationId, "conversations.handle", conversationId, sealed.handle);
    const text = open(conversationId, "messages.text", id, sealed.text);
    const person = `${platform}/${handle}`;
    const count = counts.get(person) ?? 0;
    counts.set(person, Math.max(count, conversation + 1));
    return {
      platform,
      handle,
      where: conversation < count ? conversation : "new",
      says: saidIn(text),
      at: at.getTime(),
    };
  });
}

function saidIn(text: string): Saying["says"] {
  return text
    .split(", ")
    .flatMap((part) =>
      Object.entries(WORDS).flatMap(([field, words]) =>
        part.startsWith(words) ? [{ field, value: canonical(field, part.slice(words.length + 1)) }] : [],
      ),
    );
}

/** What is stored for a typed value. */
export function canonical(field: string, value: string): string {
  return field === "email" ? (emailKey(value) ?? value) : value;
}

interface PortraitRow {
  readonly id: string;
  readonly email_key: Uint8Array | null;
  readonly profile: Uint8Array;
  readonly fields: string[];
  readonly first_at: Date;
  readonly last_at: Date;
  readonly conversation_count: number;
  readonly conversations: readonly [id: string, platform: string, handle: string, number: number][];
}

/** The customers as the database has them, named as the model names them. */
export async function storedPortraits(database: Database, workspaceId: string): Promise<Portrait[]> {
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    tx.raw<PortraitRow>(`
      select customers.id, email_key, profile, fields, first_at, last_at, conversation_count, coalesce((
        select json_agg(json_build_array(c.id, c.platform, encode(c.handle, 'hex'), c.number))
        from (select *, row_number() over (partition by handle_id order by id) - 1 as number from conversations) c
        where c.customer_id = customers.id), '[]') as conversations
      from customers join customer_activity on customer_id = customers.id`),
  );
  const { keyOf, open } = await openerOf(database, workspaceId);
  const keyring = await storeOf(database).keyrings.of(workspaceId);
  const portraits = rows.map((row) => {
    const profile = openProfile(workspaceId, keyOf(row.id), row.id, row.profile);
    const { values, conflicts } = profile;
    const email = ownEmailOf(profile);
    expect(row.email_key && Buffer.from(row.email_key)).toEqual(
      email === null ? null : blindIndex(keyring, "email", email),
    );
    expect(row.fields.toSorted()).toEqual(Object.keys(values).toSorted());
    expect(row.conversation_count).toBe(row.conversations.length);
    return {
      emailKey: values["email"] ?? null,
      values,
      conflicts,
      conversations: row.conversations
        .map(([id, platform, handle, number]) => {
          const name = open(id, "conversations.handle", id, Buffer.from(handle, "hex"));
          return `${platform}/${name}/${number}`;
        })
        .toSorted(),
      firstAt: row.conversation_count === 0 ? 0 : row.first_at.getTime(),
      lastAt: row.conversation_count === 0 ? 0 : row.last_at.getTime(),
    };
  });
  return sorted(portraits);
}
