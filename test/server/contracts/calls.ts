import type { AppErrorCode } from "../../../server/app-error.ts";
import type { Call, OperationId, Operations } from "../../../server/client/operations.ts";
import type { World } from "./world.ts";

const ACTION = { action: "customer_enrichment" };

/** Those that have no success here, and how they are refused. */
export const REFUSED_HERE: Readonly<Partial<Record<OperationId, AppErrorCode>>> = {
  addAction: "action_added",
  removeAction: "action_built_in",
  redeliver: "delivery_waiting",
  createCheckout: "billing_by_hand",
  receiveStripeEvent: "billing_by_hand",
};

/** What people do for themselves, whatever workspace they are in: people.ts has these. */
export const PERSONAL = [
  "setUp",
  "signIn",
  "getSession",
  "switchWorkspace",
  "signOut",
  "signOutEverywhere",
  "changePassword",
  "enrolTotp",
  "confirmTotp",
  "removeTotp",
  "requestPasswordReset",
  "resetPassword",
  "getSignInOptions",
  "beginOidc",
  "readInvitation",
  "acceptInvitation",
] as const satisfies readonly OperationId[];

export type WorkspaceOperationId = Exclude<OperationId, (typeof PERSONAL)[number]>;

/** A call of each operation that succeeds once in the world, made in this order. The compiler wants one of each, with every id
 *  that it takes. */
export function callsIn(world: World): { readonly [Id in WorkspaceOperationId]: Call<Operations[Id]> } {
  const { conversationId, mark } = world;
  const params = { id: world.customerId };
  return {
    checkAlive: {},
    checkReady: {},
    getOpenApi: {},

    chat: { body: { handle: world.handle, platform: "line", text: "hello", conversationId, trace: true } },
    getConversation: { params: { id: conversationId }, query: { after: 0, limit: 50 } },
    getTurn: { params: { id: conversationId, turn: 1 } },

    listCustomers: {
      query: { q: mark, has: ["email", "phone"], platform: "line", firstFrom: "2020-01-01", limit: 9 },
    },
    getCustomer: { params },
    listCustomerConversations: { params, query: { limit: 5, messages: 3 } },
    listClaims: { params, query: { field: "email", standing: "current" } },
    listNotes: { params },
    getTags: { params },
    listDuplicates: { params },
    listMerges: { params: { id: world.survivorId } },
    listFilters: {},
    listFindings: { query: { status: "open", field: "email" } },
    getRetention: {},
    previewRetention: { query: { days: 30 } },
    listErasures: { query: { limit: 5 } },
    getErasurePublicKey: {},
    getErasure: { params: { id: world.erasureId } },
    listIdentityKeys: {},
    listAuditEvents: { query: { subject: world.customerId, from: "2020-01-01T00:00:00Z" } },
    listKeys: {},
    listMembers: {},
    listInvitations: {},
    listActions: {},
    getActionConfiguration: { params: ACTION },
    listActionConfigurations: { params: ACTION, query: { limit: 5 } },
    getActionConfigurationVersion: { params: { ...ACTION, version: 1 } },
    getBilling: {},
    listWebhooks: {},
    getWebhook: { params: { id: world.webhookId } },
    listDeliveries: { params: { id: world.webhookId }, query: { status: "waiting", limit: 5 } },
    exportCustomers: { query: { bom: true, tag: [world.tag] } },
    exportCustomer: { params, query: { verifiedOnly: false } },

    editCustomer: { params, body: { fields: { name: `Anna Maria ${mark}` } }, ifMatch: "*" },
    verifyField: { params, body: { field: "name" }, ifMatch: "*" },
    acceptClaim: { params: { ...params, claimId: world.claimId }, ifMatch: "*" },
    addNote: { params, body: { text: "Called back." } },
    deleteNote: { params: { ...params, noteId: world.noteId } },
    addTag: { params: { ...params, tag: "regular" } },
    removeTag: { params: { ...params, tag: world.tag } },
    mergeCustomers: { params, body: { with: world.otherId } },
    unmergeCustomers: { params: { id: world.survivorId }, body: { mergeId: world.mergeId } },
    saveFilter: { body: { name: "Regulars", filter: { tag: ["regular"] } } },
    deleteFilter: { params: { id: world.filterId } },
    markFinding: { params: { id: world.findingId }, body: { status: "done" } },
    setRetention: { body: { days: 400 } },
    importCustomers: { query: { dryRun: true }, body: `name,email\nIda,ida.${mark}@birds.example\n` },
    createIdentityKey: { body: { algorithm: "HS256" } },
    revokeIdentityKey: { params: { id: world.identityKeyId } },
    createChallenge: { body: { conversationId, email: world.email } },
    verifyCode: { body: { challengeId: world.challengeId, code: "000000" } },
    createKey: { body: { label: "chat", scopes: ["admin"], expiresAt: null } },
    revokeKey: { params: { id: world.keyId } },
    invite: { body: { email: `ines.${mark}@team.example`, role: "agent" } },
    revokeInvitation: { params: { id: world.invitationId } },
    changeRole: { params: { personId: world.memberId }, body: { role: "viewer" } },
    removeMember: { params: { personId: world.memberId } },
    createWebhook: { body: { url: "https://hooks.birds.example/2", events: ["customer.created"] } },
    updateWebhook: { params: { id: world.webhookId }, body: { enabled: false } },
    rotateWebhookSecret: { params: { id: world.webhookId } },
    testWebhook: { params: { id: world.webhookId } },
    redeliver: { params: { id: world.webhookId, eventId: world.deliveryId } },
    deleteWebhook: { params: { id: world.webhookId } },
    addAction: { body: { action: ACTION.action } },
    setActionConfiguration: { params: ACTION, body: { attemptsMax: 3 }, ifMatch: "*" },
    disableAction: { params: ACTION },
    enableAction: { params: ACTION },
    activateAction: { params: ACTION },
    removeAction: { params: ACTION },
    createCheckout: { body: { plan: "enterprise" } },
    setBilling: { body: { plan: "enterprise" } },
    receiveStripeEvent: { body: "{}" },
    eraseCustomer: { params: { id: world.spareId }, body: { confirm: world.spareId } },
  };
}
