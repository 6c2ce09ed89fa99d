import type { FieldKey } from "../understand/understanding.ts";
import { ownValue } from "./own-value.ts";

/** What a wording's {placeholders} stand for. */
export type Values = Readonly<Record<FieldKey, string>>;

const PLACEHOLDER = /\{([a-z][a-z0-9_]*)\}/g;
// ASCII, full-width, Arabic and Greek question marks.
const QUESTION_MARK = /[?\uFF1F\u061F\u037E]/;

/** Fills in a wording. A value is looked up by own property and never evaluated again. */
export function fill(wording: string, values: Values): string {
  return wording.replace(PLACEHOLDER, (whole, key: string) => ownValue(values, key) ?? whole);
}

/** The fields that a wording speaks of. */
export function placeholdersOf(wording: string): readonly string[] {
  return [...wording.matchAll(PLACEHOLDER)].map(([, key]) => key ?? "");
}

/** True when the wording itself asks something; a question mark inside a value does not count. */
export function isQuestion(wording: string): boolean {
  return QUESTION_MARK.test(wording);
}

/** The wording for the nth time (from 1): the last one serves all later times. */
export function byAttempt(wordings: readonly string[], nth: number): string {
  return wordings[Math.min(nth, wordings.length) - 1] ?? "";
}

/** Of the wordings whose every placeholder has a value, those that use one go first; then the one for the nth time. */
export function byTime(wordings: readonly string[], values: Values, nth: number): string | undefined {
  const usable = wordings.filter((wording) =>
    placeholdersOf(wording).every((key) => ownValue(values, key) !== undefined),
  );
  const personal = usable.filter((wording) => placeholdersOf(wording).length > 0);
  const choice = personal.length > 0 ? personal : usable;
  return choice.length === 0 ? undefined : byAttempt(choice, nth);
}
