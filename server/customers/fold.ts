import { emailKey } from "../../engine/understand/email-key.ts";
import { isFullerName, isSameName } from "../../engine/understand/fuller-name.ts";
import type { FieldKey } from "../../engine/understand/understanding.ts";

export type Trust = "claimed" | "verified" | "staff";

/** What a conversation says about a field. */
export interface Claim {
  readonly handleId: string;
  readonly field: FieldKey;
  readonly value: string;
  readonly trust: Trust;
  /** Given, but not known to be a valid value. */
  readonly unvalidated: boolean;
  /** Taken back by the one who gave it. */
  readonly denied: boolean;
}

/** A claim, and its place in the order in which they were recorded. */
export interface ToldClaim extends Claim {
  /** Null: it is about to be recorded. */
  readonly id: string | null;
  readonly seq: number;
}

/** What became of a claim: it is the profile's value, or agrees with it, or was replaced by a later or better one, or
 *  contradicts the value that another handle gave first, or was taken back. */
export type Standing = "current" | "agreeing" | "superseded" | "conflicting" | "denied";

export interface Profile {
  readonly values: Readonly<Record<FieldKey, string>>;
  /** The fields whose value is not known to be a valid one. */
  readonly unvalidated: readonly FieldKey[];
  /** The fields whose value somebody has verified. */
  readonly verified: readonly FieldKey[];
  /** Other values that other handles give: field → values, the earliest handle's first. */
  readonly conflicts: Readonly<Record<FieldKey, readonly string[]>>;
  /** One a claim, in the claims' order. */
  readonly standings: readonly Standing[];
}

const RANK = { claimed: 0, verified: 1, staff: 2 } as const satisfies Record<Trust, number>;

type Entry = readonly [index: number, claim: Claim];

/** A profile is a pure function of its claims: give those of all its conversations, in the order they were recorded, and then
 *  those of the staff.
 *
 *  Staff › verified › claimed. Within a handle the latest claim wins; across handles the one whose handle spoke of the
 *  field first stays, and the others are conflicts; a fuller form of the same name replaces it. A handle whose last word was
 *  denied has none: it replaced the one before. The email is not folded: it is the profile's identity, `key`; where staff has
 *  set it, the addresses that handles state are conflicts, but for `alsoKeys`, which are its own since a merge. */
export function foldProfile(
  key: string | null,
  claims: readonly Claim[],
  alsoKeys: readonly string[] = [],
): Profile {
  const values: Record<FieldKey, string> = key === null ? {} : { email: key };
  const conflicts: Record<FieldKey, readonly string[]> = {};
  const unvalidated: FieldKey[] = [];
  const verified: FieldKey[] = [];
  const standings = claims.map(({ denied }): Standing => (denied ? "denied" : "superseded"));

  const isStranger = ({ value }: Claim) => !isKey(value, key) && !alsoKeys.some((also) => isKey(value, also));
  const entries = claims.map((claim, index): Entry => [index, claim]);
  for (const [field, said] of group(entries, (claim) => claim.field)) {
    const words = lastWords(field === "email" ? said.filter(([, claim]) => isKey(claim.value, key)) : said);
    const chosen = field === "email" ? words.at(-1) : choose(words);
    // Addresses of a profile that has none stand beside it all the same: a workspace may go by proved ones alone.
    if (chosen === undefined && (field !== "email" || key !== null)) continue;

    if (chosen !== undefined) {
      const [at, { value, unvalidated: isDoubtful }] = chosen;
      if (field !== "email") values[field] = value;
      if (isDoubtful) unvalidated.push(field);
      for (const [index, claim] of words) {
        standings[index] = field === "email" || agrees(value, claim) ? "agreeing" : "conflicting";
      }
      standings[at] = "current";
      if (words.some(([, claim]) => claim.trust === "verified" && agrees(value, claim))) verified.push(field);
    }
    const strangers = field === "email" ? lastWords(said).filter(([, claim]) => isStranger(claim)) : [];
    for (const [index] of strangers) standings[index] = "conflicting";
    const others = [...words, ...strangers].filter(([index]) => standings[index] === "conflicting");
    if (others.length > 0) conflicts[field] = [...new Set(others.map(([, claim]) => claim.value))];
  }
  return { values, unvalidated, verified, conflicts, standings };
}

/** One entry a handle, in the order in which the handles first spoke; none of whom has taken the last one back. */
function lastWords(said: readonly Entry[]): readonly Entry[] {
  return [...group(said, (claim) => claim.handleId).values()]
    .map(lastWord)
    .filter(([, { denied }]) => !denied);
}

/** Most values are keys already, as the engine gives them: then there is nothing to compute. */
function isKey(value: string, key: string | null): boolean {
  return value === key || emailKey(value) === key;
}

/** What one handle has to say about a field: its latest claim of the highest trust. */
function lastWord(entries: readonly Entry[]): Entry {
  return entries.reduce((standing, next) =>
    RANK[next[1].trust] < RANK[standing[1].trust] ? standing : next,
  );
}

/** `words` has one entry a handle, in the order in which the handles first spoke of the field. */
function choose(words: readonly Entry[]): Entry | undefined {
  const rank = Math.max(...words.map(([, claim]) => RANK[claim.trust]));
  const [first, ...others] = words.filter(([, claim]) => RANK[claim.trust] === rank);
  if (first === undefined) return undefined;
  return others.reduce((standing, next) => (isFuller(next[1], standing[1]) ? next : standing), first);
}

function isFuller(claim: Claim, than: Claim): boolean {
  return claim.field === "name" && isFullerName(claim.value, than.value);
}

function agrees(value: string, claim: Claim): boolean {
  if (value === claim.value) return true;
  return claim.field === "name" && (isSameName(value, claim.value) || isFullerName(value, claim.value));
}

/** Groups keep the order of their first entry, and entries theirs. */
function group(entries: readonly Entry[], by: (claim: Claim) => string): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = by(entry[1]);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [entry]);
    else members.push(entry);
  }
  return groups;
}
