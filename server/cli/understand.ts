import { Command } from "commander";
import { z } from "zod";
import type { RulePack } from "../../engine/rules/pack.ts";
import { understand } from "../../engine/understand/understand.ts";
import { Region } from "../conversations/contract.ts";
import { readJsonLines, writeLine } from "./json-lines.ts";
import { Refusal } from "./refusal.ts";
import { readPack, readSettings } from "./settings.ts";

// Labelled data carries more keys than we read, so unknown ones are let through here.
const Line = z.object({
  id: z.union([z.string(), z.number()]),
  text: z.string(),
  context: z
    .object({
      requested: z.array(z.string()).default([]),
      previous: z.string().nullable().default(null),
      region: Region.nullish(),
    })
    .default({ requested: [], previous: null }),
  lang: z.string().optional(),
});
type Line = z.output<typeof Line>;

export function understandCommand(): Command {
  return new Command("understand")
    .summary("what is heard in each message: JSON lines in, JSON lines out")
    .description(
      [
        "Reads JSON lines {id, text, context?: {requested, previous, region?}} from standard input and prints",
        '{"id", "name", "email", "phone", "intents"} for each, in order, and with "unvalidated" where some of these values',
        "were given but are not known to be valid, such as a phone number of an unknown region. A line that cannot be read",
        "is reported on standard error; the others are answered, and the exit code is 1.",
      ].join("\n"),
    )
    .action(async () => {
      const environment = readSettings();
      const pack = await readPack(environment.RULES_DIR);
      let broken = 0;
      for await (const line of readJsonLines(process.stdin, Line)) {
        if ("value" in line) {
          await writeLine(
            process.stdout,
            JSON.stringify(heard(pack, line.value, environment.DEFAULT_REGION ?? null)),
          );
        } else {
          broken += 1;
          console.error(`line ${line.number} ${line.problem}`);
        }
      }
      if (broken > 0)
        throw new Refusal([`${broken} ${broken === 1 ? "line was" : "lines were"} not answered`], 1);
    });
}

function heard(pack: RulePack, { id, text, context }: Line, regionDefault: string | null) {
  const { requested, previous } = context;
  const heard = understand(pack, text, { requested, previous, region: context.region ?? regionDefault });
  const taken = (field: string) =>
    heard.findings
      .filter((finding) => finding.field === field && finding.status !== "rejected")
      .map((finding) => finding.value);
  const unvalidated = heard.findings.filter(({ status }) => status === "unvalidated");
  return {
    id,
    name: taken("name")[0] ?? null,
    email: taken("email"),
    phone: taken("phone"),
    ...(unvalidated.length === 0 ? {} : { unvalidated: unvalidated.map(({ value }) => value) }),
    intents: heard.intents.map((match) => match.intent),
  };
}
