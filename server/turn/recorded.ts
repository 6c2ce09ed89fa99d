import type { Trace } from "../../engine/decide/decision.ts";
import type { State } from "../../engine/decide/state.ts";
import type { FieldKey } from "../../engine/understand/understanding.ts";
import type { WrappedDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import type { Said } from "./said.ts";

/** Everything that a message leaves behind, but for other conversations, what is taken back, and profiles. */
export interface Recorded {
  readonly handle: {
    readonly id: string;
    readonly isNew: boolean;
    readonly platform: string;
    readonly handle: string;
    /** The revision at which it was read, where the statement is to make sure of it, because it is not locked: 0 for one that is
     *  new. And that of the action. */
    readonly remembered: { readonly revision: number; readonly actionRevision: number } | null;
  };
  readonly conversation: {
    readonly id: string;
    /** What its rows are sealed with, and the row of a new key: null for a conversation that goes on. */
    readonly key: DataKey;
    readonly wrappedKey: WrappedDataKey | null;
    readonly state: State;
    /** Of the conversation before this message. */
    readonly messageCount: number;
    /** Of one that begins: whether the action has been activated by now. */
    readonly sinceActivation: boolean;
    /** The link that its chain ends with before this message; null for one that begins. */
    readonly chain: Uint8Array | null;
    /** Its customer with this message; a new one starts with its handle's. */
    readonly customerId: string | null;
    /** The number that a new link of this handle gets. */
    readonly linkSeq: number;
    /** Null: nothing is linked, and its customer's dates and count are brought up to date here. Otherwise whether it gets a
     *  new link; the customers concerned are written with it (see link.ts). */
    readonly relinks: boolean | null;
    /** Of a new link. */
    readonly linkTrust: "claimed" | "verified";
  };
  readonly message: {
    readonly role: "customer" | "agent" | "bot";
    readonly text: string;
    readonly key: string | null;
    /** What the caller is answered, as JSON. */
    readonly response: string;
  };
  /** What this program says in return, stored as the bot's message; or null. */
  readonly reply: string | null;
  /** Of a customer's message. */
  readonly turn: {
    readonly trace: Trace;
    readonly refused: readonly FieldKey[];
  } | null;
  /** What is claimed with it; only with a turn. */
  readonly says: readonly Said[];
  /** The rule pack that heard it. */
  readonly packHash: string;
  /** When it was said, and when it came, in milliseconds since the epoch. */
  readonly at: number;
  readonly now: number;
  readonly newId: () => string;
}
