import { z } from "zod";
import type { FieldKey } from "../understand/understanding.ts";

/** A field that a rule wants, waiting to be asked for. */
export interface Wanted {
  readonly field: FieldKey;
  /** The intent whose trigger wanted it. */
  readonly rule: string;
}

/** The open request: what the customer is being asked for now. `attempt` counts from 1. */
export interface Request extends Wanted {
  readonly attempt: number;
}

/** A value that looks mistyped, offered back. */
export interface Confirm {
  readonly field: FieldKey;
  readonly stated: string;
  readonly suggestion: string;
}

/** Where the dialogue stands: one mode, and only what that mode has. */
export type Dialogue =
  | { readonly mode: "inactive" }
  | { readonly mode: "listening" }
  | { readonly mode: "requesting"; readonly request: Request }
  | { readonly mode: "confirming"; readonly confirm: Confirm }
  | { readonly mode: "complete" };

export type Mode = Dialogue["mode"];

/** What became of a field in this conversation. */
export interface Progress {
  readonly asks: number;
  readonly refused: boolean;
  /** The value for which a suggestion was offered last; for the same value it is not offered again. */
  readonly offered: string | null;
}

/** A conversation's state: plain JSON, all that the engine remembers between two turns. */
export interface State {
  readonly version: 1;
  /** Customer turns taken so far. */
  readonly turn: number;
  readonly dialogue: Dialogue;
  /** In the order of asking; no field twice, never the one in the open request. */
  readonly queue: readonly Wanted[];
  readonly fields: Readonly<Record<FieldKey, Progress>>;
  /** How often each kind of thing was said ("fall_back", "reply book"): wordings vary by it, never by chance. */
  readonly said: Readonly<Record<string, number>>;
  /** The last message of ours or of somebody else's, and the fields that somebody else asked for in it. */
  readonly previous: {
    readonly text: string;
    readonly asked: readonly FieldKey[];
    readonly own: boolean;
  } | null;
}

export const INITIAL_STATE: State = {
  version: 1,
  turn: 0,
  dialogue: { mode: "listening" },
  queue: [],
  fields: {},
  said: {},
  previous: null,
};

const wanted = { field: z.string(), rule: z.string() };
const stateSchema: z.ZodType<State> = z.strictObject({
  version: z.literal(1),
  turn: z.int().min(0),
  dialogue: z.discriminatedUnion("mode", [
    z.strictObject({ mode: z.literal("inactive") }),
    z.strictObject({ mode: z.literal("listening") }),
    z.strictObject({
      mode: z.literal("requesting"),
      request: z.strictObject({ ...wanted, attempt: z.int().min(1) }),
    }),
    z.strictObject({
      mode: z.literal("confirming"),
      confirm: z.strictObject({ field: z.string(), stated: z.string(), suggestion: z.string() }),
    }),
    z.strictObject({ mode: z.literal("complete") }),
  ]),
  queue: z.array(z.strictObject(wanted)),
  fields: z.record(
    z.string(),
    z.strictObject({ asks: z.int().min(0), refused: z.boolean(), offered: z.string().nullable() }),
  ),
  said: z.record(z.string(), z.int().min(1)),
  previous: z.strictObject({ text: z.string(), asked: z.array(z.string()), own: z.boolean() }).nullable(),
});

/** Reads a stored state. Throws a ZodError when it is not one of a version this engine knows. */
export function parseState(stored: unknown): State {
  return stateSchema.parse(stored);
}
