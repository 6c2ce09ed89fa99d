import type { Operation } from "../http/operation-contract.ts";
import { ROLES, type Access, type Role, type Scope } from "./permission-contract.ts";

const READERS: readonly Role[] = ROLES;
const EDITORS: readonly Role[] = ["owner", "admin", "agent"];
const ADMINS: readonly Role[] = ["owner", "admin"];

const may = (roles: readonly Role[], scope: Scope | null) => ({ roles, scope });

/** Who may do what. An operation that is not in this table is not served: the server refuses to start. */
export const PERMISSIONS: Readonly<Record<string, Access>> = {
  checkAlive: "anybody",
  checkReady: "anybody",

  chat: may(EDITORS, "chat"),
  getConversation: may(READERS, "customers:read"),
  getTurn: may(READERS, "customers:read"),

  listFilters: may(READERS, "customers:read"),
  saveFilter: may(EDITORS, "customers:write"),
  deleteFilter: may(EDITORS, "customers:write"),

  getRetention: may(ADMINS, "admin"),
  setRetention: may(ADMINS, "admin"),
  previewRetention: may(ADMINS, "admin"),
};

/** Throws where the table and the operations differ: one that nobody decided about, or a row that is about nothing. */
export function checkPermissions(
  operations: readonly Operation[],
  table: Readonly<Record<string, Access>> = PERMISSIONS,
): void {
  const ids = operations.map(({ id }) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  const undecided = ids.filter((id) => !Object.hasOwn(table, id));
  const unknown = Object.keys(table).filter((id) => !ids.includes(id));
  const faults = [
    ...twice.map((id) => `two operations are called ${id}`),
    ...undecided.map((id) => `nothing says who may ${id}`),
    ...unknown.map((id) => `there is no operation ${id}`),
  ];
  if (faults.length > 0) throw new Error(`the table of permissions is wrong: ${faults.join("; ")}`);
}
