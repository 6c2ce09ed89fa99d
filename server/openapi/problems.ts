import { APP_ERRORS, type AppErrorCode } from "../app-error.ts";
import type { Access } from "../access/permission-contract.ts";
import { isPlain, type Operation } from "../http/operation-contract.ts";

const ANY: readonly AppErrorCode[] = ["internal", "database_unavailable", "took_too_long", "shutting_down"];
const OF_CALLERS: readonly AppErrorCode[] = ["unauthorized", "forbidden", "rate_limited", "keys_unavailable"];
const OF_WORKSPACES: readonly AppErrorCode[] = ["too_many_waiting"];
const OF_IDEMPOTENCY: readonly AppErrorCode[] = [
  "invalid_request",
  "idempotency_in_progress",
  "answer_not_kept",
  "idempotency_key_reused",
];
const OF_BODIES: readonly AppErrorCode[] = ["body_too_large", "unsupported_media_type"];

/** The problems that an operation may answer: status → codes. Those of every address (no such method, headers too large, too
 *  slow) are not among them. */
export function problemsOf(
  operation: Operation,
  access: Access,
): ReadonlyMap<number, readonly AppErrorCode[]> {
  const codes = new Set<AppErrorCode>([
    ...(access === "anybody" ? [] : OF_CALLERS),
    ...(typeof access === "object" ? OF_WORKSPACES : []),
    ...(takesIdempotencyKey(operation, access) ? OF_IDEMPOTENCY : []),
    ...(bySession(access) && operation.method !== "get" ? (["csrf_refused"] as const) : []),
    ...ofRequest(operation),
    ...(operation.problems ?? []),
    ...ANY,
  ]);
  const statuses = [...new Set([...codes].map((code) => APP_ERRORS[code]))].toSorted((a, b) => a - b);
  return new Map(
    statuses.map((status) => [status, [...codes].filter((code) => APP_ERRORS[code] === status)]),
  );
}

/** Every write of a workspace does: see http/guard.ts. */
export const takesIdempotencyKey = ({ method }: Operation, access: Access) =>
  method !== "get" && typeof access === "object";

function ofRequest({ query, body, ifMatch }: Operation): readonly AppErrorCode[] {
  const isJson = body !== undefined && !isPlain(body);
  return [
    ...(query !== undefined || body !== undefined || ifMatch === true ? (["invalid_request"] as const) : []),
    ...(body === undefined ? [] : OF_BODIES),
    ...(isJson ? (["malformed_json"] as const) : []),
    ...(ifMatch === true ? (["etag_required", "edited_meanwhile"] as const) : []),
  ];
}

const bySession = (access: Access) =>
  access === "person" || (typeof access === "object" && access.roles.length > 0);
