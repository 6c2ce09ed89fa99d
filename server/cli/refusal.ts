/** Why a command stops, in lines for the person who typed it. Exit code 1: the answer is no (an invalid rule pack, a
 *  difference); 2: the command cannot run (settings, files, database). */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly lines: readonly string[];
  readonly exitCode: 1 | 2;

  constructor(lines: readonly string[], exitCode: 1 | 2 = 2) {
    super(lines.join("\n"));
    this.lines = lines;
    this.exitCode = exitCode;
  }
}

const PROBLEMS_SHOWN_MAX = 50; // the rest is seen after these are mended

/** Refuses with a list: a headline, then a line each. */
export function refuseWithList(headline: string, lines: readonly string[], exitCode: 1 | 2 = 2): Refusal {
  const shown = lines.slice(0, PROBLEMS_SHOWN_MAX).map((line) => `  ${line}`);
  const hidden = lines.length - shown.length;
  return new Refusal([headline, ...shown, ...(hidden > 0 ? [`  … and ${hidden} more`] : [])], exitCode);
}
