import type { BillingProvider } from "../billing/provider.ts";
import type { Database } from "../database/database.ts";
import type { Mailer } from "../identity/mailer.ts";
import type { RateLimits } from "../limits/rate-limits.ts";
import type { OidcClient } from "../oidc/client.ts";
import type { Log } from "../log.ts";
import type { Keyrings } from "../privacy/keyrings.ts";
import type { OutgoingRules } from "../outgoing/destination.ts";
import type { TrustedProxies } from "./trusted-proxies.ts";
import type { LivePack } from "../rules/live-pack.ts";

/** What the routes work with. Made once, at the start. */
export interface Services {
  readonly database: Database;
  readonly rules: LivePack;
  /** The workspaces' keys. */
  readonly keyrings: Keyrings;
  readonly log: Log;
  readonly limits: RateLimits;
  /** Null where no mail server is set. */
  readonly mailer: Mailer | null;
  /** Whose word for where a request comes from is believed. */
  readonly trustedProxies: TrustedProxies;
  /** Null where no OpenID Connect provider is set. */
  readonly oidc: OidcClient | null;
  /** Where webhooks may be sent. */
  readonly outgoing: OutgoingRules;
  /** The address by which people reach the server, without a slash at its end: PUBLIC_URL, or else where it listens. */
  readonly publicUrl: () => string;
  /** Who takes the money for plans. */
  readonly billing: BillingProvider;
  /** After so long without a message, a handle's next one begins a new conversation. */
  readonly silenceMs: number;
  /** The country of national phone numbers where a message does not state one. */
  readonly regionDefault: string | null;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** True once the shutdown has begun. */
  readonly isClosing: () => boolean;
}
