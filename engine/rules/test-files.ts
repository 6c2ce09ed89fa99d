import type { FileKind } from "./schema.ts";

const BOM = 0xfeff;
const TEST_KINDS = ["examples_of", "transcripts"] as const satisfies readonly FileKind[];

/**
 * Whether a rule file holds tests only: examples or transcripts. It is told without parsing, by the first line that is
 * neither blank nor a comment nor `---`; so a file whose kind is not its first key counts as another one.
 */
export function isTestFile(text: string): boolean {
  let start = text.charCodeAt(0) === BOM ? 1 : 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    if (!isPassedOver(text.slice(start, end).trim()))
      return TEST_KINDS.some((kind) => text.startsWith(`${kind}:`, start));
    start = end + 1;
  }
  return false;
}

function isPassedOver(line: string): boolean {
  return line === "" || line === "---" || line.startsWith("#");
}
