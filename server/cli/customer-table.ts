import { TOTAL_EXACT_MAX } from "../customers/contract.ts";
import type { CustomerDetail, CustomerPage, CustomerSummary } from "../customers/contract.ts";
import { aligned, type Row } from "./table.ts";

const HEAD: Row = ["NAME", "EMAIL", "PHONE", "PLATFORMS", "FIRST", "LAST", "CONV.", "ID"];

/** A page of customers in lines for people: a table, how many there are, and how to go on. */
export function customerTable({ customers, total, totalIs, nextCursor }: CustomerPage): readonly string[] {
  const found =
    totalIs === "exact" ? `${total}` : total >= TOTAL_EXACT_MAX ? "over 10,000" : `at least ${total}`;
  const noun = total === 1 && totalIs === "exact" ? "customer" : "customers";
  if (customers.length === 0) return ["No customers."];
  return [
    ...aligned([HEAD, ...customers.map(rowOf)]),
    "",
    `${customers.length} of ${found} ${noun}`,
    ...(nextCursor === null ? [] : [`More: the same command with --cursor ${nextCursor}`]),
  ];
}

function rowOf(customer: CustomerSummary): Row {
  const { id, name, email, platforms, firstAt, lastAt, conversationCount } = customer;
  return [
    name ?? "-",
    email ?? "-",
    phoneOf(customer),
    platforms.join(", "),
    dayOf(firstAt),
    dayOf(lastAt),
    `${conversationCount}`,
    id,
  ];
}

/** A customer with conversations and where each value comes from, in lines for people. */
export function customerLines(customer: CustomerDetail): readonly string[] {
  const { details, platforms, conflicts, conversations, provenance } = customer;
  const facts: readonly Row[] = [
    ["name", customer.name ?? "-"],
    ["email", customer.email ?? "-"],
    ["phone", phoneOf(customer)],
    ...Object.entries(details),
    ["platforms", platforms.join(", ")],
    ["first interaction", customer.firstAt],
    ["last interaction", customer.lastAt],
    ["conversations", `${customer.conversationCount}`],
    ["id", customer.id],
    ...Object.entries(conflicts).map(([field, values]) => [`other ${field}s`, values.join(", ")]),
  ];
  return [
    ...aligned(facts),
    "",
    customer.conversationsTruncated ? "The latest conversations:" : "Conversations:",
    ...aligned(
      conversations.map(({ id, platform, handle, linkTrust, lastAt, messageCount }) => [
        `  ${lastAt}`,
        platform,
        handle,
        linkTrust,
        `${messageCount} messages`,
        id,
      ]),
    ),
    "",
    customer.provenanceTruncated
      ? "Where the values come from (those that count most):"
      : "Where the values come from:",
    ...aligned(
      provenance.map(({ field, value, standing, trust, extractor, messageSeq, at, conversationId, by }) => [
        `  ${field}`,
        value,
        standing,
        trust,
        extractor ?? "",
        at,
        by === null ? `message ${messageSeq} of ${conversationId}` : `${by.kind} ${by.id}`,
      ]),
    ),
  ];
}

function phoneOf({ phone, unvalidated }: CustomerSummary): string {
  return phone === null ? "-" : unvalidated.includes("phone") ? `${phone} (unvalidated)` : phone;
}

const dayOf = (at: string) => at.slice(0, 10);
