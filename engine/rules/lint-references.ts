import type { FieldKey } from "../understand/understanding.ts";
import type { LintedPack } from "./linted-pack.ts";
import type { Problem } from "./pack.ts";
import type { FileOf, ParsedFile } from "./parse-file.ts";
import type { Step } from "./problems.ts";

/** Fields that are spoken of without being defined, or without being requested. */
export function lintReferences(pack: LintedPack): Problem[] {
  return [
    ...pack.intents.flatMap((file) => lintRequests(file, pack.fieldKeys)),
    ...pack.transcripts.flatMap((file) => lintTranscripts(file, pack.fieldKeys)),
  ];
}

function lintRequests(file: FileOf<"intent">, fieldKeys: readonly FieldKey[]): Problem[] {
  const { requests } = file.data;
  const unknown = requests.flatMap((field, at) => unknownField(file, ["requests", at], field, fieldKeys));
  const twice = requests.flatMap((field, at) =>
    requests.indexOf(field) < at ? [file.problem(["requests", at], `\`${field}\` is requested twice`)] : [],
  );
  const unrequested = (["ask", "invalid"] as const).flatMap((list) =>
    Object.keys(file.data[list]).flatMap((field) =>
      requests.includes(field)
        ? []
        : [
            file.problem(
              [list, field],
              `\`${list}\` has wordings for \`${field}\`, which the intent does not request`,
            ),
          ],
    ),
  );
  return [...unknown, ...twice, ...unrequested];
}

function lintTranscripts(file: FileOf<"transcripts">, fieldKeys: readonly FieldKey[]): Problem[] {
  return file.data.transcripts.flatMap(({ steps }, at) =>
    steps.flatMap((step, index) => {
      const here = ["transcripts", at, "steps", index] as const;
      const named = [
        ...(typeof step.asks === "string" ? [{ steps: [...here, "asks"], field: step.asks }] : []),
        ...(["known", "reasons"] as const).flatMap((list) =>
          Object.keys(step[list] ?? {}).map((field) => ({ steps: [...here, list, field], field })),
        ),
      ];
      return named.flatMap(({ steps, field }) => unknownField(file, steps, field, fieldKeys));
    }),
  );
}

export function unknownField(
  file: ParsedFile,
  steps: readonly Step[],
  field: string,
  fieldKeys: readonly FieldKey[],
): Problem[] {
  if (fieldKeys.includes(field)) return [];
  const accepted = fieldKeys.map((key) => `\`${key}\``).join(", ");
  return [file.problem(steps, `there is no field \`${field}\`; the pack's fields: ${accepted}`)];
}
