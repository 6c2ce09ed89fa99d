import type { RulePack } from "../rules/pack.ts";
import { findDetails } from "./find-details.ts";
import type { Context, Understanding } from "./understanding.ts";

/** What one message says: the intents and signals of the pack's rules, and the details in it. Total: any string in, an
 *  understanding out. Deterministic. */
export function understand(pack: RulePack, text: string, context: Context): Understanding {
  const { intents, signals, mentions } = pack.matcher.match(text);
  return {
    intents: intents.map(spanned),
    signals: signals.map(spanned),
    findings: findDetails(text, context, pack.fields, { signals }),
    mentions,
  };
}

function spanned<I extends string>(match: {
  readonly intent: I;
  readonly trigger: string;
  readonly start: number;
  readonly end: number;
}): {
  readonly intent: I;
  readonly trigger: string;
  readonly span: { readonly start: number; readonly end: number };
} {
  const { intent, trigger, start, end } = match;
  return { intent, trigger, span: { start, end } };
}
