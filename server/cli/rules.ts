import { resolve } from "node:path";
import { Command } from "commander";
import { scoreHeldBack, testExamples, type HeldBackScore } from "../../engine/rules/test-examples.ts";
import { testTranscripts } from "../../engine/test-transcripts.ts";
import { problemLine } from "../rules/load-rules.ts";
import { refuseWithList } from "./refusal.ts";
import { readPackWithTests, readSettings } from "./settings.ts";

export function rulesCommand(): Command {
  return new Command("rules").summary("check and test rule files").addCommand(check()).addCommand(test());
}

function check(): Command {
  return new Command("check")
    .summary("read every rule file and list what is wrong, with line and column")
    .argument(
      "[dir]",
      "the folder of the rule pack (default: RULES_DIR, or the pack that comes with the program)",
    )
    .action(async (dir: string | undefined) => {
      const pack = await readPackWithTests(folder(dir));
      const counts = `${pack.intents.length} intents, ${pack.fields.length} fields`;
      console.log(`No problems: ${counts}, pack ${pack.hash.slice(0, 12)}`);
    });
}

function test(): Command {
  return new Command("test")
    .summary("run every rule's examples and play every transcript")
    .argument(
      "[dir]",
      "the folder of the rule pack (default: RULES_DIR, or the pack that comes with the program)",
    )
    .option(
      "--held-back",
      "list the held-back examples that go wrong: from then on they are no longer held back",
    )
    .action(async (dir: string | undefined, { heldBack = false }: { heldBack?: boolean }) => {
      const pack = await readPackWithTests(folder(dir));
      for (const score of scoreHeldBack(pack)) {
        console.log(heldBackLine(score));
        if (heldBack) for (const problem of score.problems) console.log(`  ${problemLine(problem)}`);
      }
      const problems = [...testExamples(pack), ...testTranscripts(pack)];
      const examples = pack.examples.filter((example) => !example.heldBack);
      const counts = `${examples.length} examples, ${pack.transcripts.length} transcripts`;
      if (problems.length > 0) {
        throw refuseWithList(`${problems.length} of ${counts} fail:`, problems.map(problemLine), 1);
      }
      console.log(`All pass: ${counts}`);
    });
}

/** "refusal: held back: 26 of 30 heard, 2 of 29 near misses taken for it". */
function heldBackLine({ intent, right, all }: HeldBackScore): string {
  const taken = all.ignores - right.ignores;
  return `${intent}: held back: ${right.matches} of ${all.matches} heard, ${taken} of ${all.ignores} near misses taken for it`;
}

function folder(dir: string | undefined): string {
  return dir === undefined ? readSettings().RULES_DIR : resolve(dir);
}
