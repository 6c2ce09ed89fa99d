import type { Problem } from "./pack.ts";

/** A key or an index on the way from the top of a file to one of its values. */
export type Step = string | number;

/** By path, line and column; of the same place, by message. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    (one, other) =>
      compare(one.path, other.path) ||
      one.line - other.line ||
      one.column - other.column ||
      compare(one.message, other.message),
  );
}

/** By UTF-16 units, so that no locale decides. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
