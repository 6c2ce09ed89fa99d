import type { Operation } from "../http/operation-contract.ts";
import { ROLES, type Access, type Role, type Scope } from "./permission-contract.ts";

const READERS: readonly Role[] = ROLES;
const EDITORS: readonly Role[] = ["owner", "admin", "agent"];
const ADMINS: readonly Role[] = ["owner", "admin"];

const OWNERS: readonly Role[] = ["owner"];

const may = (roles: readonly Role[], scope: Scope | null) => ({ roles, scope });

/** Who may do what. An operation that is not in this table is not served: the server refuses to start. */
export const PERMISSIONS: Readonly<Record<string, Access>> = {
  checkAlive: "anybody",
  checkReady: "anybody",
  getOpenApi: "anybody",

  chat: may(EDITORS, "chat"),
  getConversation: may(READERS, "customers:read"),
  getTurn: may(READERS, "customers:read"),

  listCustomers: may(READERS, "customers:read"),
  getCustomer: may(READERS, "customers:read"),
  editCustomer: may(EDITORS, "customers:write"),
  verifyField: may(EDITORS, "customers:write"),
  acceptClaim: may(EDITORS, "customers:write"),
  listCustomerConversations: may(READERS, "customers:read"),
  listClaims: may(READERS, "customers:read"),
  listNotes: may(READERS, "customers:read"),
  addNote: may(EDITORS, "customers:write"),
  deleteNote: may(EDITORS, "customers:write"),
  getTags: may(READERS, "customers:read"),
  addTag: may(EDITORS, "customers:write"),
  removeTag: may(EDITORS, "customers:write"),

  listFilters: may(READERS, "customers:read"),
  saveFilter: may(EDITORS, "customers:write"),
  deleteFilter: may(EDITORS, "customers:write"),

  listKeys: may(ADMINS, "admin"),
  createKey: may(ADMINS, "admin"),
  revokeKey: may(ADMINS, "admin"),

  listDuplicates: may(READERS, "customers:read"),
  listMerges: may(READERS, "customers:read"),
  mergeCustomers: may(ADMINS, "customers:write"),
  unmergeCustomers: may(ADMINS, "customers:write"),

  eraseCustomer: may(ADMINS, "erase"),
  listErasures: may(ADMINS, "erase"),
  getErasure: may(ADMINS, "erase"),
  getErasurePublicKey: may(ADMINS, "erase"),

  exportCustomers: may(ADMINS, "export"),
  exportCustomer: may(ADMINS, "export"),
  importCustomers: may(ADMINS, "customers:write"),

  listFindings: may(READERS, "customers:read"),
  markFinding: may(EDITORS, "customers:write"),

  listIdentityKeys: may(ADMINS, "admin"),
  createIdentityKey: may(ADMINS, "admin"),
  revokeIdentityKey: may(ADMINS, "admin"),
  createChallenge: may(EDITORS, "chat"),
  verifyCode: may(EDITORS, "chat"),

  listAuditEvents: may(ADMINS, "admin"),

  signIn: "anybody",
  getSignInOptions: "anybody",
  beginOidc: "anybody",
  getSession: "person",
  signOut: "person",
  signOutEverywhere: "person",
  switchWorkspace: "person",
  setUp: "anybody",
  changePassword: "person",
  enrolTotp: "person",
  confirmTotp: "person",
  removeTotp: "person",
  requestPasswordReset: "anybody",
  resetPassword: "anybody",

  listMembers: may(ADMINS, "admin"),
  changeRole: may(ADMINS, null),
  removeMember: may(ADMINS, null),
  listInvitations: may(ADMINS, "admin"),
  invite: may(ADMINS, null),
  revokeInvitation: may(ADMINS, null),
  readInvitation: "anybody",
  acceptInvitation: "anybody",

  getRetention: may(ADMINS, "admin"),
  setRetention: may(ADMINS, "admin"),
  previewRetention: may(ADMINS, "admin"),

  listWebhooks: may(ADMINS, "admin"),
  createWebhook: may(ADMINS, "admin"),
  getWebhook: may(ADMINS, "admin"),
  updateWebhook: may(ADMINS, "admin"),
  deleteWebhook: may(ADMINS, "admin"),
  rotateWebhookSecret: may(ADMINS, "admin"),
  testWebhook: may(ADMINS, "admin"),
  listDeliveries: may(ADMINS, "admin"),
  redeliver: may(ADMINS, "admin"),
  listActions: may(READERS, "admin"),
  addAction: may(ADMINS, "admin"),
  activateAction: may(ADMINS, "admin"),
  enableAction: may(ADMINS, "admin"),
  disableAction: may(ADMINS, "admin"),
  removeAction: may(ADMINS, "admin"),
  getActionConfiguration: may(ADMINS, "admin"),
  setActionConfiguration: may(ADMINS, "admin"),
  listActionConfigurations: may(ADMINS, "admin"),
  getActionConfigurationVersion: may(ADMINS, "admin"),

  getBilling: may(OWNERS, null),
  setBilling: may(OWNERS, null),
  createCheckout: may(OWNERS, null),
  receiveStripeEvent: "anybody",
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
