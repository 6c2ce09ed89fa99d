import type { FieldKey, Signal } from "../understand/understanding.ts";

/** Wordings by attempt: the first ask, then the reprompt; the last one serves all later attempts. */
export type Wordings = readonly [string, ...string[]];

export type Extractor =
  | { readonly kind: "name" }
  | { readonly kind: "email" }
  | { readonly kind: "phone" }
  /** RE2 syntax; the first capture group is the value, or the whole match where there is none. */
  | { readonly kind: "pattern"; readonly pattern: string };

/** A field as fields.yaml defines it. */
export interface Field {
  readonly field: FieldKey;
  readonly title: string;
  readonly extractor: Extractor;
  readonly required: boolean;
  readonly ask: Wordings;
  readonly invalid: Wordings;
  /** Asks once whether a value that could not be validated is whole; without it such a value is kept unasked. */
  readonly unvalidated?: string;
  readonly why: string;
  /** Said when the value was given: "Thanks, I've noted {email}." */
  readonly thanks: Wordings;
  /** Said when a given value was put right. */
  readonly corrected: Wordings;
}

/** A trigger in compromise's match syntax, or a regular expression in RE2 syntax. */
export type Trigger = { readonly match: string } | { readonly regex: string };

export interface Intent {
  readonly intent: string;
  readonly title: string;
  /** Higher first; unique in a pack, so that no order but the author's decides. */
  readonly priority: number;
  /** True for moments when nothing may be asked. */
  readonly hold: boolean;
  readonly requests: readonly FieldKey[];
  readonly replies: readonly string[];
  readonly ask: Readonly<Record<FieldKey, Wordings>>;
  readonly invalid: Readonly<Record<FieldKey, Wordings>>;
  /** Said instead of the field's `thanks` once everything that this intent asked for is known. */
  readonly done: readonly string[];
}

/** Wordings that belong to no intent and no field. */
export interface GeneralWordings {
  /** Nothing matched. Promises nothing. */
  readonly fall_back: Wordings;
  /** A question that no intent answers, asked while a request is open. */
  readonly passed_on: Wordings;
  /** A refusal, accepted kindly. */
  readonly refused: Wordings;
  /** Both asks went unanswered: lets it go. */
  readonly let_go: Wordings;
  /** "One moment": patience. */
  readonly waiting: Wordings;
  /** Offers {suggestion} for {value}. One question. */
  readonly confirm: Wordings;
  /** Several details at once: "Thanks, I've noted {details}." */
  readonly thanks_all: Wordings;
}

export interface PolicyLimits {
  /** Asks per field and conversation. */
  readonly attemptsMax: number;
  /** Days during which a refused field is not asked for again, across that person's conversations. */
  readonly coolOffDays: number;
}

/** What a workspace decides about a rule pack. Null: as the pack has it. */
export interface Settings {
  /** The fields that are collected; of a field that the pack does not have nothing comes. */
  readonly fields: readonly { readonly field: FieldKey; readonly required: boolean }[] | null;
  /** Asks per field and conversation, from 1. */
  readonly attemptsMax: number | null;
  /** Days during which a refused field is not asked for again. */
  readonly coolOffDays: number | null;
  /** What a greeting is a reason to ask for; null: nothing. */
  readonly greetingAsks: FieldKey | null;
  /** Whether there are moments when nothing may be asked: an upset customer's, for one. */
  readonly hold: boolean;
  /** The languages whose rules are heard. */
  readonly languages: readonly string[] | null;
}

/** A rule file as it came: path relative to the pack's root, with forward slashes. */
export interface RuleFile {
  readonly path: string;
  readonly text: string;
}

/** Something wrong in a rule file, addressed to its author. Lines and columns count from 1. */
export interface Problem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong and what is accepted, in one sentence. */
  readonly message: string;
}

export interface Example {
  readonly intent: string;
  readonly text: string;
  readonly expected: "matches" | "ignores";
  readonly asked: FieldKey | null;
  /** Counted, so that a rule's score on what its author did not look at is known; fails nothing. */
  readonly heldBack: boolean;
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** One line of a transcript: what the customer (or someone else) said and what must come of it. */
export interface TranscriptStep {
  readonly role: "customer" | "agent" | "bot";
  readonly text: string;
  /** Expected, each only when stated. */
  readonly reply?: string;
  readonly replyContains?: string;
  readonly asks?: FieldKey | null;
  readonly mode?: string;
  readonly known?: Readonly<Record<FieldKey, string | null>>;
  readonly reasons?: Readonly<Record<FieldKey, string>>;
  readonly line: number;
}

export interface Transcript {
  readonly title: string;
  readonly region: string | null;
  readonly steps: readonly TranscriptStep[];
  readonly path: string;
  readonly line: number;
}

/** Finds which rules match a text. Made once per pack, of all its triggers together. */
export interface Matcher {
  match(text: string): MatcherResult;
  /** The triggers that came nearest to matching, the nearest first; for people who wonder why a rule did not. */
  nearMisses(text: string): readonly NearMiss[];
}

/** A trigger that did not match. */
export interface NearMiss {
  /** The intent or signal. */
  readonly rule: string;
  readonly trigger: string;
  readonly at: string;
  readonly lack: Lack;
}

/** What kept a trigger from matching. */
export type Lack =
  /** One of these words would have to be said as well. */
  | { readonly kind: "words"; readonly words: readonly string[] }
  /** It stands in the message, but not where it must begin or end. */
  | { readonly kind: "place" }
  /** It stands in the message but for a word that it rules out. */
  | { readonly kind: "exclusion" }
  /** Its words are not said together, or not in that order. */
  | { readonly kind: "order" };

/** A trigger that matched, and what its rule lists as an exception and was said in the same sentence. */
export interface Cancelled extends Matched {
  readonly rule: string;
  readonly by: Matched;
}

/** Where a trigger stands ("en/book.yaml:12") and what it found: [start, end) in UTF-16 units. */
export interface Matched {
  readonly trigger: string;
  readonly at: string;
  readonly start: number;
  readonly end: number;
}

export interface MatcherResult {
  readonly intents: readonly (Matched & { readonly intent: string })[];
  readonly signals: readonly (Matched & { readonly intent: Signal })[];
  readonly mentions: readonly FieldKey[];
  readonly cancelled: readonly Cancelled[];
}

/** A compiled rule pack: immutable, shared by every conversation of a workspace. */
export interface RulePack {
  /** SHA-256, hexadecimal, over every file's path and text in path order. */
  readonly hash: string;
  /** What the hash is over, in path order. */
  readonly files: readonly RuleFile[];
  readonly language: string;
  /** What a workspace has changed of it (see configure.ts), or null. */
  readonly settings: Settings | null;
  readonly limits: PolicyLimits;
  readonly fields: readonly Field[];
  /** Highest priority first. */
  readonly intents: readonly Intent[];
  readonly wordings: GeneralWordings;
  readonly matcher: Matcher;
  /** Signals that count only while a field is being asked for or confirmed. The matcher reports them all. */
  readonly askedOnly: ReadonlySet<Signal>;
  /** Neither is there in a pack that was loaded to serve, without its tests. */
  readonly examples: readonly Example[];
  readonly transcripts: readonly Transcript[];
}
