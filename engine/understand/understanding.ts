/** A customer detail to collect: "name", "email", "phone", or a key that the rule pack's fields.yaml adds. */
export type FieldKey = string;

/** [start, end) in UTF-16 units: `text.slice(start, end)` is what the span covers. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What the engine knows, besides the text itself, when it listens. */
export interface Context {
  /** The fields the customer was just asked for, by the engine or by someone else. Usually none or one. */
  readonly requested: readonly FieldKey[];
  /** The bot's or agent's last message, or null at the beginning. */
  readonly previous: string | null;
  /** ISO 3166-1 alpha-2 country for national phone numbers ("AU"); null accepts international numbers only. */
  readonly region: string | null;
}

/** Why a candidate value was not taken for the customer's own. */
export type RejectReason =
  | "malformed" // looks like an attempt at the field but is not a valid value
  | "incomplete" // the beginning of a value: "mike@gmail", four digits
  | "invalid_for_region" // digits shaped like a phone that no numbering plan of the region has
  | "ambiguous" // national digits and no region to read them in
  | "not_a_phone" // order, card, price, date, postcode …
  | "someone_else" // "my colleague's is …"
  | "recipient" // an address the customer wrote to, or the business's own
  | "negated" // "not bob@home.example"
  | "superseded" // a later value in the same message stands
  | "in_question" // "is it bob@work.example?"
  | "agent_name" // the name the agent gave
  | "not_a_name" // the position of a name, but ordinary words
  | "weaker_than_known" // could not be validated, nobody asked for it, and a valid one is known
  | "claimed_by_other_field"; // one span fills one field

/** Why a value that was given, and that reads like one of its field, could not be validated. */
export type Doubt = Extract<RejectReason, "invalid_for_region" | "ambiguous">;

/** A candidate value in a text. `raw` is exactly `text.slice(span.start, span.end)`. */
export type Finding = {
  readonly field: FieldKey;
  /** The normalised value: canonical email, E.164 phone, name as written with outer spaces gone. Of an unvalidated phone
   *  the digits as given, with the plus if there was one. */
  readonly value: string;
  readonly raw: string;
  readonly span: Span;
  /** Which extractor, and by which cue: "email/address", "email/spoken", "name/cue:this_is", "phone/national" … */
  readonly extractor: string;
  /** A likely intended value when this one looks mistyped ("bob@gmail.com" for "bob@gmial.com"). */
  readonly suggestion?: string;
  /** The word or shape that decided, where there is one: "policy" made it not_a_phone. */
  readonly because?: string;
} & (
  | { readonly status: "accepted" }
  /** Given as the field's value, and stored, but not known to be a valid one. */
  | { readonly status: "unvalidated"; readonly reason: Doubt }
  | { readonly status: "rejected"; readonly reason: RejectReason }
);

/** What people do with a question besides answering it. The pack's `signal:` files say how it sounds. */
export const SIGNALS = [
  "refusal", // declines to give what was asked
  "correction", // puts right what was said before
  "question", // asks something back
  "why_we_ask", // wants to know what a detail is for
  "yes",
  "no",
  "wait", // needs a moment
  "request", // asks somebody for a detail: what an agent's or bot's message does
] as const;
export type Signal = (typeof SIGNALS)[number];

/** A trigger that matched. For a signal file, `intent` is the signal's name. */
export interface RuleMatch {
  readonly intent: string;
  /** The trigger as its author wrote it. */
  readonly trigger: string;
  /** File and line of the trigger: "en/book.yaml:12". */
  readonly at: string;
  readonly span: Span;
}

/** All that was heard in one message. Lists are in text order; findings never overlap when accepted. */
export interface Understanding {
  /** Intents that matched, the highest priority first; one entry an intent (its first span). */
  readonly intents: readonly RuleMatch[];
  readonly signals: readonly (RuleMatch & { readonly intent: Signal })[];
  readonly findings: readonly Finding[];
  /** Fields that the message speaks of ("my email"), whether or not it holds a value. */
  readonly mentions: readonly FieldKey[];
}
