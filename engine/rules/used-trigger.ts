import type { FieldKey, Signal } from "../understand/understanding.ts";
import type { CompiledTrigger } from "./compile-trigger.ts";

/** What a trigger is there for. */
export type TriggerUse =
  | { readonly role: "trigger" | "except"; readonly at: string; readonly intent: string }
  | { readonly role: "trigger" | "except"; readonly at: string; readonly signal: Signal }
  | { readonly role: "mention"; readonly field: FieldKey };

/** One distinct trigger with all its uses: it is matched once, however many rules have it. */
export interface UsedTrigger {
  readonly compiled: CompiledTrigger;
  readonly uses: readonly TriggerUse[];
}
