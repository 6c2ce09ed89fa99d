import type { RulePack } from "../rules/pack.ts";
import { findDetails } from "./find-details.ts";
import type { Context, RuleMatch, Understanding } from "./understanding.ts";

/** What one message says: the intents and signals of the pack's rules, and the details in it. Total: any string in, an
 *  understanding out. Deterministic. */
export function understand(pack: RulePack, text: string, context: Context): Understanding {
  const matched = pack.matcher.match(text);
  const asked = context.requested.length > 0;
  const signals = firstOfEach(matched.signals).filter(({ intent }) => asked || !pack.askedOnly.has(intent));
  return {
    intents: byPriority(pack, firstOfEach(matched.intents).map(spanned)),
    signals: signals.map(spanned),
    findings: findDetails(text, context, pack.fields, { signals }),
    mentions: matched.mentions,
  };
}

/** The first match of each intent: what else of it stands in the message says nothing new. */
function firstOfEach<Match extends { readonly intent: string }>(matches: readonly Match[]): readonly Match[] {
  if (matches.length < 2) return matches;
  const seen = new Set<string>();
  return matches.filter(({ intent }) => !seen.has(intent) && seen.add(intent));
}

function byPriority(pack: RulePack, matches: readonly RuleMatch[]): readonly RuleMatch[] {
  if (matches.length < 2) return matches;
  return pack.intents.flatMap(({ intent }) => matches.filter((match) => match.intent === intent));
}

function spanned<I extends string>(
  match: Omit<RuleMatch, "span" | "intent"> & {
    readonly intent: I;
    readonly start: number;
    readonly end: number;
  },
): RuleMatch & { readonly intent: I } {
  const { intent, trigger, at, start, end } = match;
  return { intent, trigger, at, span: { start, end } };
}
