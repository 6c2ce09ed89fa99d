import type { Example } from "./pack.ts";
import type { ParsedFile } from "./parse-file.ts";
import type { Step } from "./problems.ts";
import type { WrittenExample } from "./schema.ts";

/** An example as it stands in a file. */
export interface PlacedExample extends Pick<Example, "intent" | "text" | "expected" | "asked" | "heldBack"> {
  readonly file: ParsedFile;
  readonly steps: readonly Step[];
}

type Lists = Readonly<Record<Example["expected"], readonly WrittenExample[]>>;

/** The examples of an intent, signal or examples file, in the order of matches, ignores, held back; other files have none. */
export function placedExamples(file: ParsedFile): PlacedExample[] {
  const place = (intent: string, lists: Lists, at: readonly Step[], heldBack = false): PlacedExample[] =>
    (["matches", "ignores"] as const).flatMap((expected) =>
      lists[expected].map((written, index) => {
        const { text, asked = null } = typeof written === "string" ? { text: written } : written;
        return { intent, text, expected, asked, heldBack, file, steps: [...at, expected, index] };
      }),
    );
  switch (file.kind) {
    case "intent":
      return place(file.data.intent, file.data.examples, ["examples"]);
    case "signal":
      return place(file.data.signal, file.data.examples, ["examples"]);
    case "examples_of":
      return [
        ...place(file.data.examples_of, file.data, []),
        ...place(file.data.examples_of, file.data.held_back, ["held_back"], true),
      ];
    case "fields":
    case "wordings":
    case "transcripts":
      return [];
  }
  return file satisfies never;
}
