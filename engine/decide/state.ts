import { z } from "zod";
import type { FieldKey } from "../understand/understanding.ts";

/** A field that a rule wants, waiting to be asked for. */
export interface Wanted {
  readonly field: FieldKey;
  /** The intent whose trigger wanted it; the field's own key when the customer brought it up themselves. */
  readonly rule: string;
}

/** The open request: what the customer is being asked for now. `attempt` counts from 1. */
export interface Request extends Wanted {
  readonly attempt: number;
}

/** A value that was noted, offered back: it looks mistyped, and `suggestion` is what was likely meant; or it could not be
 *  validated, and only the customer knows whether it is whole. */
export type Confirm =
  | { readonly field: FieldKey; readonly stated: string; readonly suggestion: string }
  | {
      readonly field: FieldKey;
      readonly stated: string;
      readonly suggestion: null;
      /** As it was typed, for saying it back; empty in states stored before it was kept. */
      readonly raw: string;
      /** The intent that had asked for it, or null when it was volunteered. */
      readonly rule: string | null;
    };

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
  /** The value that was offered back last. The same mistyped one is not offered again, an unvalidated one only once. */
  readonly offered: string | null;
  /** The customer said that the value offered back is not right: it counts as not given. */
  readonly denied: boolean;
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
const stated = { field: z.string(), stated: z.string() };
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
      confirm: z.union([
        z.strictObject({ ...stated, suggestion: z.string() }),
        z.strictObject({
          ...stated,
          suggestion: z.null(),
          raw: z.string().default(""),
          rule: z.string().nullable(),
        }),
      ]),
    }),
    z.strictObject({ mode: z.literal("complete") }),
  ]),
  queue: z.array(z.strictObject(wanted)),
  fields: z.record(
    z.string(),
    z.strictObject({
      asks: z.int().min(0),
      refused: z.boolean(),
      offered: z.string().nullable(),
      denied: z.boolean().default(false), // states stored before it was known
    }),
  ),
  said: z.record(z.string(), z.int().min(1)),
  previous: z.strictObject({ text: z.string(), asked: z.array(z.string()), own: z.boolean() }).nullable(),
});

/** Reads a stored state. Throws a ZodError when it is not one of a version this engine knows. */
export function parseState(stored: unknown): State {
  return stateSchema.parse(stored);
}
