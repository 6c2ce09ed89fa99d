import type { DigitBlock, DigitRun } from "./digit-runs.ts";
import { otherShape } from "./phone-shapes.ts";
import type { Span } from "./understanding.ts";

/** Blocks that are read as one number. */
export interface Piece extends Span {
  readonly blocks: readonly DigitBlock[];
  readonly digits: string;
  /** It begins with a plus. */
  readonly plus: boolean;
  /** It begins with a plus, or with the 00 that people write for it. */
  readonly international: boolean;
  /** What it is by its shape, when that is no phone. */
  readonly shape: string | null;
}

const ALONE_MIN = 7; // two neighbours of so many digits are two numbers
const WHOLE_MIN = 9; // a group of so many is a number already: what follows is something else

/** Parts a run where one number ends and another begins: at dates, times and prices, and between groups that are each as
 *  long as a number. */
export function piecesOf(text: string, run: DigitRun): readonly Piece[] {
  const pieces: Piece[] = [];
  let open: DigitBlock[] = [];
  const close = (): void => {
    if (open.length > 0) pieces.push(pieceOf(open, run.plus && open[0] === run.blocks[0], null));
    open = [];
  };
  for (const block of run.blocks) {
    const shape = otherShape(text, block);
    if (shape !== null) {
      close();
      pieces.push(pieceOf([block], false, shape));
      continue;
    }
    const isWhole = open.length > 0 && parts(open, block, run.plus && open[0] === run.blocks[0]);
    if (isWhole) close();
    open.push(block);
  }
  close();
  return pieces;
}

/** Some of a piece's neighbouring blocks, from `first` up to and without `end`. */
export function within({ blocks, plus }: Piece, first: number, end: number): Piece {
  return pieceOf(blocks.slice(first, end), plus && first === 0, null);
}

function parts(open: readonly DigitBlock[], after: DigitBlock, plus: boolean): boolean {
  const before = open[open.length - 1];
  const last = before?.groups[before.groups.length - 1] ?? 0;
  const first = after.groups[0] ?? 0;
  const digits = open.reduce((sum, block) => sum + block.digits.length, 0);
  // "0049176 12345678": with its country code a first group can be long.
  const goesOn =
    open.length === 1 && digits + first <= 15 && (plus || before?.digits.startsWith("00") === true);
  return last >= WHOLE_MIN || (last >= ALONE_MIN && first >= ALONE_MIN && !goesOn);
}

function pieceOf(blocks: readonly DigitBlock[], plus: boolean, shape: string | null): Piece {
  const digits = blocks.map((block) => block.digits).join("");
  return {
    start: blocks[0]?.start ?? 0,
    end: blocks[blocks.length - 1]?.end ?? 0,
    blocks,
    digits,
    plus,
    international: plus || digits.startsWith("00"),
    shape,
  };
}
