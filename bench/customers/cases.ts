import { personOf } from "./people.ts";

/** What is measured: as the query string of GET /v1/customers has it. `page`: how many pages of 200 are gone through before. */
export interface Case {
  readonly name: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly page?: number;
}

const somebody = personOf(1_234);
const [given = "", surname = ""] = (personOf(4_321).name ?? "Maria Lume").split(" ");

export const CASES: readonly Case[] = [
  { name: "list", query: {} },
  { name: "list, page 20", query: {}, page: 20 },
  { name: "sort=first", query: { sort: "first" } },
  { name: "sort=conversations", query: { sort: "conversations" } },
  { name: "order=asc", query: { order: "asc" } },
  { name: "platform of 90 %", query: { platform: "web_widget" } },
  { name: "platform of 1 in 20,000", query: { platform: "telegram" } },
  { name: "tag of 50 %", query: { tag: "newsletter" } },
  { name: "tag of 1 in 200", query: { tag: "vip" } },
  { name: "tag of 1 in 2,500", query: { tag: "complaint" } },
  { name: "has phone (70 %)", query: { has: "phone" } },
  { name: "lacks email (1 in 1,000)", query: { lacks: "email" } },
  { name: "verified (10 %)", query: { trust: "verified" } },
  { name: "claimed (90 %)", query: { trust: "claimed" } },
  { name: "last in a week", query: { lastFrom: "2024-03-04", lastTo: "2024-03-10" } },
  { name: "first in a day", query: { firstFrom: "2024-03-04", firstTo: "2024-03-04" } },
  { name: "3 conversations (20 %)", query: { minConversations: "3" } },
  { name: "many filters", query: { platform: "line", has: "phone", tag: "newsletter", trust: "claimed" } },
  { name: "rare and frequent", query: { platform: "web_widget", tag: "complaint", has: "email" } },
  { name: "q: name of 20 %", query: { q: "maria" } },
  { name: "q: name of 20 %, sort=first", query: { q: "maria", sort: "first" } },
  { name: "q: first letter", query: { q: "m" } },
  { name: "q: both names", query: { q: `${given} ${surname}` } },
  { name: "q: surname (1 in 4,096)", query: { q: surname } },
  { name: "q: whole email", query: { q: somebody.email ?? "" } },
  { name: "q: beginning of an email", query: { q: (somebody.email ?? "").split(".", 2).join(".") } },
  { name: "q: last four digits", query: { q: "7777" } },
  { name: "q: whole phone", query: { q: personOf(1_235).phone ?? "+61455555555" } },
  { name: "q: nobody", query: { q: "xqzw" } },
];
