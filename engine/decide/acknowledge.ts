import type { FieldKey } from "../understand/understanding.ts";
import type { Act } from "./decision.ts";
import { fieldOf } from "./facts.ts";
import { ownValue } from "./own-value.ts";
import { sayGeneral, wordingFor, type Voice } from "./voice.ts";
import { fill } from "./wording.ts";

/** Says that a detail was taken. `named`: fields that the reply of this turn speaks of already ("Hello Mike!"). */
export function acknowledge(voice: Voice, named: readonly FieldKey[]): readonly Act[] {
  const { facts, pack, values } = voice;
  // A value that is offered back is acknowledged by the offer.
  const fields = facts.collected
    .map(({ field }) => field)
    .filter(
      (field, i, all) => all.indexOf(field) === i && field !== facts.offer?.field && !named.includes(field),
    );
  const [only, ...more] = fields.length > 0 ? fields : keptField(voice);
  if (only === undefined) return [];
  const all = [only, ...more];
  const say = (text: string): readonly Act[] => [{ act: "acknowledge", fields: all, text }];
  const done = wordingFor(voice, "acknowledge", doneWordings(voice), values);
  if (all.some((field) => facts.corrected.includes(field)) || (all.length === 1 && done === undefined))
    return say(all.map((field) => thanksFor(voice, field)).join(" "));
  if (done !== undefined) return say(fill(done, values));
  const details = all.map((field) => ownValue(values, field) ?? "").join(", ");
  return say(sayGeneral(voice, "acknowledge", pack.wordings.thanks_all, { ...values, details }));
}

/** The field whose value stays as it was typed, although another was offered. */
function keptField({ facts, move }: Voice): readonly FieldKey[] {
  const isKept = facts.confirmation === "kept" || move === "no_answer";
  return facts.confirm !== null && isKept ? [facts.confirm.field] : [];
}

function thanksFor(voice: Voice, field: FieldKey): string {
  const defined = fieldOf(voice.pack, field);
  const wordings = voice.facts.corrected.includes(field) ? defined?.corrected : defined?.thanks;
  return fill(wordingFor(voice, "acknowledge", wordings ?? [], voice.values) ?? "", voice.values);
}

/** The answered rule's own closing words, once everything that it asked for is known. */
function doneWordings({ pack, facts }: Voice): readonly string[] {
  const { request, collected, situation } = facts;
  const rule = pack.intents.find(({ intent }) => intent === request?.rule);
  if (!rule || !collected.some(({ field }) => field === request?.field)) return [];
  const wanted = rule.requests.filter((field) => fieldOf(pack, field) !== undefined);
  const all = wanted.every((field) => ownValue(situation.known, field) !== undefined);
  return all ? rule.done : [];
}
