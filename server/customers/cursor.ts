import { createHash } from "node:crypto";
import { AppError } from "../app-error.ts";
import { isUuid } from "../uuid.ts";
import type { CustomerFilter } from "./contract.ts";

/** Where a page of customers ended: the next one begins after it. */
export interface Place {
  /** What is sorted by: milliseconds since the epoch, or a number of conversations. */
  readonly value: number;
  readonly id: string;
}

const form = /^([A-Za-z0-9_-]{11}) (-?[0-9]{1,15}) (.*)$/u;

/** Opaque to callers, so that it may change. It goes on with this filter and its order, and with no other. */
export function encodeCursor(filter: CustomerFilter, { value, id }: Place): string {
  return Buffer.from(`${markOf(filter)} ${value} ${id}`).toString("base64url");
}

/** Throws `invalid_request` for what encodeCursor did not write, or wrote for another filter or order. */
export function decodeCursor(filter: CustomerFilter, cursor: string): Place {
  const [, mark, value, id] = form.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  if (value === undefined || id === undefined || !isUuid(id)) {
    throw refused("is not a cursor that this server gave");
  }
  if (mark !== markOf(filter)) {
    throw refused(
      "belongs to another query: send it with the same filters, sort and order as before, or begin without a cursor",
    );
  }
  return { value: Number(value), id };
}

function refused(detail: string): AppError {
  return new AppError("invalid_request", `The cursor ${detail}.`, {
    faults: [{ pointer: "?cursor", detail }],
  });
}

/** Tells filters apart, however their parameters were ordered. */
function markOf(filter: CustomerFilter): string {
  const parts = Object.entries({ sort: "last", order: "desc", ...filter })
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 11);
}
