import type { WordShape } from "./word-shape.ts";

/** Words, plain groups and regular expressions that were read before, as they are written: triggers share most of theirs. */
export type ReadAtoms = Map<string, readonly WordShape[]>;

/** A trigger, and how far it has been read. */
export interface Reader {
  readonly source: string;
  at: number;
  tagged: boolean;
  readonly atoms: ReadAtoms;
}

/** What is wrong with a trigger, to be put behind "in the trigger …". */
export class Misread extends Error {}

/** What is wrong where the reader stands. */
export function misplaced({ source, at }: Reader): Misread {
  switch (source[at]) {
    case "[":
    case "]":
      return new Misread(
        "square brackets are not accepted; write (a|b) for a choice and (a|b)? for an optional one",
      );
    case "|":
      return new Misread("`|` stands outside of a group; write (a|b)");
    case ")":
      return new Misread("a `)` has no `(`");
    case "^":
    case "$":
      return new Misread("`^` stands first in a trigger and `$` last, not in a group");
    case undefined:
      return new Misread("a word is missing");
    default:
      return new Misread(`\`${source[at] ?? ""}\` is not understood`);
  }
}

export function take(reader: Reader, sign: string): boolean {
  skipSpace(reader);
  if (reader.source[reader.at] !== sign) return false;
  reader.at += 1;
  return true;
}

export function skipSpace(reader: Reader): void {
  while (isSpaceAt(reader.source, reader.at)) reader.at += 1;
}

function isSpaceAt(source: string, at: number): boolean {
  const code = source.charCodeAt(at);
  return code < 0x80 ? code === 32 || (code >= 9 && code <= 13) : /\s/.test(source[at] ?? "");
}
