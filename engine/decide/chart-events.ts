import type { FieldKey } from "../understand/understanding.ts";
import type { Confirm, Progress, Request, Wanted } from "./state.ts";

/** What the chart remembers: the part of the state that its transitions change. */
export interface Memory {
  readonly request: Request | null;
  readonly confirm: Confirm | null;
  readonly queue: readonly Wanted[];
  readonly fields: Readonly<Record<FieldKey, Progress>>;
}

/** What happened in a turn, as the policy found it. The chart decides what follows for the mode. */
export type ChartEvent =
  | { readonly type: "collecting_off" }
  | { readonly type: "collecting_on" }
  | { readonly type: "held" }
  | { readonly type: "refused"; readonly fields: readonly FieldKey[] }
  /** These fields need no asking any more: they have a value, or are gone from the rules. */
  | { readonly type: "settled"; readonly fields: readonly FieldKey[] }
  | { readonly type: "offered"; readonly confirm: Confirm }
  | { readonly type: "resolved" }
  /** The value offered back is not right. */
  | { readonly type: "denied" }
  /** A value of these fields that had been denied is given all the same, or another one. */
  | { readonly type: "given"; readonly fields: readonly FieldKey[] }
  | { readonly type: "wanted"; readonly wanted: readonly Wanted[] }
  /** Something else goes first: the open request waits, before or behind what is waiting already. */
  | { readonly type: "suspended"; readonly behind: boolean }
  | { readonly type: "let_go" }
  | { readonly type: "asked"; readonly wanted: Wanted; readonly attemptsMax: number }
  /** At the end of a turn: every required field is known, or one is not. */
  | { readonly type: "all_known" }
  | { readonly type: "some_missing" };
