/** Every way in which the server says no, and the HTTP status that says it. */
export const APP_ERRORS = {
  invalid_request: 400, // a field is missing, unknown, of the wrong type or outside its limits
  malformed_json: 400,
  malformed_csv: 400,
  signature_invalid: 400, // an event that the payment provider has not signed, or long ago
  unauthorized: 401,
  identity_invalid: 401, // a signed identity that is expired, not ours or not of this person
  sign_in_failed: 401, // an unknown address or a wrong password: the caller cannot tell which
  totp_required: 401, // the password is right, and a code of the authenticator app is missing or wrong
  csrf_refused: 403, // a session's cookie came with a request from another site
  upgrade_required: 402, // the plan does not include it, or is not paid: upgradeUrl says where to change that
  forbidden: 403, // the role, or the API key's scopes, do not hold it
  not_found: 404, // no such route
  conversation_not_found: 404, // unknown, or another workspace's: the caller cannot tell which
  turn_not_found: 404,
  identity_key_not_found: 404,
  customer_not_found: 404,
  customer_merged: 404, // into another one, which the answer names as mergedInto
  merge_not_found: 404,
  finding_not_found: 404,
  claim_not_found: 404,
  note_not_found: 404,
  erasure_not_found: 404,
  filter_not_found: 404,
  webhook_not_found: 404,
  delivery_not_found: 404,
  member_not_found: 404,
  invitation_not_found: 404,
  key_not_found: 404,
  action_not_found: 404,
  configuration_not_found: 404, // the action has no such version
  method_not_allowed: 405,
  request_timeout: 408,
  filter_exists: 409, // one of this name
  too_many_filters: 409,
  too_many_webhooks: 409,
  delivery_waiting: 409, // it has not failed for good: it is tried again by itself
  too_many_keys: 409,
  idempotency_in_progress: 409, // the same request is under way
  answer_not_kept: 409, // it was carried out before, and its answer cannot be given again
  message_id_reused: 409, // the same messageId with another text
  already_merged: 409, // one of the two customers is merged into another one, which mergedInto names
  already_unmerged: 409,
  unmerge_out_of_order: 409, // the survivor itself was merged later: that merge is undone first
  oidc_not_configured: 409, // no OpenID Connect provider is set
  mail_not_configured: 409, // a code was to be mailed, and no mail server is set
  too_many_identity_keys: 409,
  email_taken: 409, // another customer has it
  nothing_to_verify: 409, // the field has no value
  too_many_tags: 409,
  already_member: 409,
  last_owner: 409, // a workspace keeps one at least
  too_many_invitations: 409,
  account_exists: 409, // whom an invitation is for: they sign in first
  totp_state: 409, // the authenticator app is on already, or was not set up
  link_spent: 410, // a link that is good once: used, expired, replaced, or never one
  not_collecting: 409, // in that conversation, now
  action_added: 409, // it is there already
  action_not_added: 409,
  action_not_activated: 409,
  billing_by_hand: 409, // no payment provider is set
  billing_by_provider: 409, // what is paid there counts
  action_built_in: 409, // it can be disabled, and not removed
  edited_meanwhile: 412, // If-Match names another version than the customer's
  body_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422, // the same Idempotency-Key with another request
  etag_required: 428, // no If-Match
  too_many_attempts: 429, // to sign in, from this address or to this account
  too_many_waiting: 429, // the handle's queue, or the workspace's, is full
  rate_limited: 429,
  header_too_large: 431,
  conversation_unreadable: 500, // its state was stored by a version that this one does not know
  sealed_value_unreadable: 500, // changed or moved in the database, or its key is another one
  internal: 500,
  sign_in_busy: 503, // more passwords wait to be checked than may
  customer_busy: 503, // others change it faster than it can be locked: try again
  database_unavailable: 503,
  database_behind: 503, // migrations are missing
  database_newer: 503, // migrated by a newer version of this program
  data_folder_locked: 503, // another process has the embedded database open
  oidc_unavailable: 503, // the OpenID Connect provider does not answer as one
  keys_unavailable: 503, // no root key, another one, or a key service that fails
  keys_outdated: 503, // the workspace's key was rotated a moment ago: try again
  took_too_long: 503, // what was begun may still be carried out
  billing_unavailable: 503, // the payment provider does not answer, or refuses
  shutting_down: 503,
} as const satisfies Record<string, number>;

export type AppErrorCode = keyof typeof APP_ERRORS;

/** One fault in a request. `pointer` is a JSON pointer (RFC 6901) into the body, or "?name" for a query parameter. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** An error that the caller may read: `message` is a sentence for people and never holds what a customer wrote. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: AppErrorCode;
  readonly faults: readonly Fault[];
  /** The customer into whom the one that was asked for was merged. */
  readonly mergedInto: string | null;
  /** After how many seconds it is worth trying again, where that is known. */
  readonly retryAfterSeconds: number | null;
  /** Where the plan can be changed. */
  readonly upgradeUrl: string | null;

  constructor(
    code: AppErrorCode,
    message: string,
    options: {
      readonly cause?: unknown;
      readonly faults?: readonly Fault[];
      readonly mergedInto?: string | null;
      readonly retryAfterSeconds?: number;
      readonly upgradeUrl?: string;
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.faults = options.faults ?? [];
    this.mergedInto = options.mergedInto ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.upgradeUrl = options.upgradeUrl ?? null;
  }

  get status(): number {
    return APP_ERRORS[this.code];
  }
}
