import type { FieldKey } from "../understand/understanding.ts";
import type { Compiler } from "./compile-trigger.ts";
import type { FileOf, ParsedFile } from "./parse-file.ts";
import type { Step } from "./problems.ts";

/** What the checks of a pack look at: its files by kind, and the fields that they define. */
export interface LintedPack {
  readonly files: readonly ParsedFile[];
  readonly intents: readonly FileOf<"intent">[];
  readonly signals: readonly FileOf<"signal">[];
  readonly fields: readonly FileOf<"fields">[];
  readonly wordings: readonly FileOf<"wordings">[];
  readonly examples: readonly FileOf<"examples_of">[];
  readonly transcripts: readonly FileOf<"transcripts">[];
  readonly fieldKeys: readonly FieldKey[];
  readonly compile: Compiler;
}

/** Where a problem points to, for the messages that name a second place. */
export function place(file: ParsedFile, ...steps: readonly Step[]): string {
  return `${file.path}:${file.at(...steps).line}`;
}

/** Every key that appears again: the later place is the problem, and it names the first. */
export function findRepeated<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | number,
): { readonly first: Item; readonly again: Item }[] {
  const seen = new Map<string | number, Item>();
  return items.flatMap((item) => {
    const first = seen.get(keyOf(item));
    if (first !== undefined) return [{ first, again: item }];
    seen.set(keyOf(item), item);
    return [];
  });
}
