import type { Actor } from "../audit/events.ts";
import type { ToldClaim } from "./fold.ts";

/** "staff": set by hand. "verified": said to be right, by whoever gave it. */
export type StaffTrust = "staff" | "verified";

/** What staff says of a customer, as far as the profile follows from it. */
export interface Staff {
  /** What stands, oldest first. */
  readonly claims: readonly StaffClaim[];
  /** Whether there are tags or notes: with them, as with claims, a profile stays when its last conversation leaves. */
  readonly isMarked: boolean;
}

export interface StaffClaim extends ToldClaim {
  readonly id: string;
  readonly trust: StaffTrust;
  /** The email that the profile had before, of one that was set by hand; null where it had none. */
  readonly replaces: string | null;
}

export const NO_STAFF: Staff = { claims: [], isMarked: false };

/** In place of a handle. Apart, so that a value that is set and then verified is both. */
export const voiceOf = (trust: StaffTrust) => `staff/${trust}`;

/** Who does it, and when, in milliseconds since the epoch. */
export interface ByHand {
  readonly actor: Actor;
  readonly at: number;
}
