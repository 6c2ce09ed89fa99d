/** Which key of a workspace is wrapped: what was wrapped as one opens as no other. */
export interface KeyContext {
  readonly workspaceId: string;
  readonly kind: KeyKind;
  readonly version: number;
}

/** `data` wraps the data keys of customers and conversations, `index` makes what equal values are found by. */
export type KeyKind = "data" | "index";

/** Keeps the root key, which wraps the keys of workspaces and is in no database.
 *  Both ways throw an AppError (`keys_unavailable`) that says what to do: no root key, another one, a service that fails. */
export interface KeyProvider {
  /** Stands beside what it wrapped, so that another one is refused by name. */
  readonly name: string;
  /** Where the root key is, for people: "/srv/root.key", "ROOT_KEY". Never the key. */
  readonly place: string;
  wrap(key: Uint8Array, context: KeyContext): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array, context: KeyContext): Promise<Uint8Array>;
  /** Makes a new root key, which wraps from then on; where it is missing, the place's owner does that. */
  renew?(): Promise<void>;
}
