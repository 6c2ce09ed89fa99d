/**
 * Understanding messages: our engine beside the libraries that it is made of and its peers, in one process and in turn; then
 * its worst case, its growth with the length of a text, and the cold start of a rule pack.
 *
 *   npm run bench:understanding [-- --quick] [FOLDER]
 *
 * FOLDER (or EVAL_DIR) holds the labelled messages, ../shared/eval otherwise. --quick: fewer rounds and inputs.
 */
import { availableParallelism, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { RulePack } from "../engine/rules/pack.ts";
import { readRules } from "../server/rules/read-rules.ts";
import { coldStart } from "./understanding/cold-start.ts";
import { bareCompromise, librariesAlone, ours } from "./understanding/contenders.ts";
import { packOf } from "./understanding/engine.ts";
import { fuzzKinds, type FuzzKind } from "./understanding/fuzz.ts";
import { manyRules } from "./understanding/many-rules.ts";
import { measureAll, type Figures } from "./understanding/measure.ts";
import { nodeNlpContender } from "./understanding/node-nlp.ts";
import { plainRules } from "./understanding/plain-shapes.ts";
import { riveScriptContender } from "./understanding/rivescript.ts";
import { dataFolder, readSample, SAMPLE_MIN } from "./understanding/sample.ts";
import { winkContenders } from "./understanding/wink.ts";
import { growthOf, LENGTHS, worstOf } from "./understanding/worst-case.ts";

const RULES = fileURLToPath(new URL("../rules", import.meta.url));
const RULES_MANY = 500;
const SLOWEST_SHOWN = 10;

const BARE_FACTOR_MIN = 5;
const WINK_SHARE_MIN = 0.5;
const MANY_RULES_FACTOR_MAX = 1.5;
const WORST_MS_MAX = 50;
const GROWTH_MAX = 2;
const PACK_MS_MAX = 300;

const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean", default: false } },
  allowPositionals: true,
});
const effort = values.quick
  ? { rounds: 2, timedRounds: 3, inputs: 5_000, processes: 3 }
  : { rounds: 5, timedRounds: 3, inputs: 100_000, processes: 9 };

const times = (factor: number): string => `${factor.toFixed(2)} ×`;

function aim(what: string, value: string, met: boolean): void {
  console.log(`  ${met ? "met    " : "NOT MET"}  ${what.padEnd(64)}${value}`);
}

function printFigures(all: readonly Figures[], bare: Figures, wink: Figures): void {
  console.log(
    `${"".padEnd(36)}${"messages/s".padStart(12)}${"µs p50".padStart(10)}${"µs p99".padStart(10)}` +
      `${"× nlp(text)".padStart(14)}${"× winkNLP".padStart(12)}`,
  );
  for (const { name, perSecond, p50, p99 } of all) {
    console.log(
      `${name.padEnd(36)}${perSecond.toFixed(0).padStart(12)}${p50.toFixed(1).padStart(10)}${p99.toFixed(1).padStart(10)}` +
        `${(perSecond / bare.perSecond).toFixed(2).padStart(14)}${(perSecond / wink.perSecond).toFixed(2).padStart(12)}`,
    );
  }
}

/** The stopwatch leaves out what other processes take, but not the cache that they take with it. */
function printLoad(): void {
  const [load = 0] = loadavg();
  const processors = availableParallelism();
  if (load > processors)
    console.log(
      `This machine is busy: a load of ${load.toFixed(1)} on ${processors} processors. Times are longer than they need be.\n`,
    );
}

async function compare(folder: string): Promise<{ pack: RulePack; kinds: readonly FuzzKind[] }> {
  const { messages, files } = await readSample(folder);
  if (messages.length < SAMPLE_MIN)
    console.log(`Only ${messages.length} messages: the figures are worth less than those of ${SAMPLE_MIN}.`);
  const read = await readRules(RULES);
  if ("problems" in read) throw new Error(read.problems.map(({ message }) => message).join("\n"));
  const rules = plainRules(read.files);
  const pack = packOf(read.files);
  const manyBegun = performance.now();
  const many = packOf(manyRules(read.files, RULES_MANY));
  const manyMs = performance.now() - manyBegun;
  const contenders = [
    bareCompromise,
    librariesAlone,
    ours("understand, default pack", pack),
    ours(`understand, ${RULES_MANY} rules`, many),
    ...winkContenders(rules),
    await nodeNlpContender(rules),
    riveScriptContender(rules),
  ];
  console.log(
    `${messages.length} messages of ${files} files, in turn: ${effort.rounds} rounds of throughput, ` +
      `${effort.timedRounds} of single messages; medians. A pack of ${RULES_MANY} rules is made in ${manyMs.toFixed(0)} ms.\n`,
  );
  const figures = await measureAll(contenders, messages, effort);
  const [bare, , ordinary, manyRulesFigures, wink, winkWhole] = figures;
  if (!bare || !ordinary || !manyRulesFigures || !wink || !winkWhole)
    throw new Error("a contender is missing");
  printFigures(figures, bare, winkWhole);
  console.log();
  const toBare = ordinary.perSecond / bare.perSecond;
  const cost = ordinary.perSecond / manyRulesFigures.perSecond;
  aim(
    `throughput of nlp(text) alone, at least ${BARE_FACTOR_MIN} ×`,
    times(toBare),
    toBare >= BARE_FACTOR_MIN,
  );
  for (const peer of [winkWhole, wink]) {
    const share = ordinary.perSecond / peer.perSecond;
    aim(`throughput of ${peer.name}, at least ${WINK_SHARE_MIN} ×`, times(share), share >= WINK_SHARE_MIN);
    aim("  stretch: faster than it", times(share), share > 1);
  }
  aim(
    `time with ${RULES_MANY} rules, at most ${MANY_RULES_FACTOR_MAX} × the default pack's`,
    times(cost),
    cost <= MANY_RULES_FACTOR_MAX,
  );
  return { pack, kinds: fuzzKinds(messages, rules) };
}

function printWorst(pack: RulePack, kinds: readonly FuzzKind[]): void {
  console.log(`\nThe slowest of ${effort.inputs} fuzzed inputs of up to 4,000 characters`);
  const { slowest, firstMs } = worstOf(pack, kinds, effort.inputs);
  for (const { nth, kind, length, ms } of slowest.slice(0, SLOWEST_SHOWN))
    console.log(
      `${ms.toFixed(1).padStart(9)} ms  ${String(length).padStart(5)} characters  ${kind} (input ${nth})`,
    );
  const worst = slowest[0]?.ms ?? 0;
  console.log(
    `(the longest single measurement, with what else the process was doing: ${firstMs.toFixed(1)} ms)\n`,
  );
  aim(`worst case, at most ${WORST_MS_MAX} ms`, `${worst.toFixed(1)} ms`, worst <= WORST_MS_MAX);
}

function printGrowth(pack: RulePack, kinds: readonly FuzzKind[]): void {
  const head = [...LENGTHS.map(String), "4,000 : 500", "4,000 : 1,000"]
    .map((title) => title.padStart(14))
    .join("");
  console.log(
    `\nµs by the length of the text, and time per character in proportion\n${"".padEnd(48)}${head}`,
  );
  const curves = growthOf(pack, kinds);
  for (const { kind, us, since500, since1000 } of curves) {
    const cells = [...us.map((time) => time.toFixed(0)), since500.toFixed(2), since1000.toFixed(2)];
    console.log(`${kind.padEnd(48)}${cells.map((cell) => cell.padStart(15)).join("")}`);
  }
  const worst = curves.toSorted((one, other) => other.since1000 - one.since1000)[0];
  const growth = worst?.since1000 ?? 0;
  console.log();
  aim(
    `time per character at 4,000, at most ${GROWTH_MAX} × that at 1,000`,
    `${times(growth)} (${worst?.kind})`,
    growth <= GROWTH_MAX,
  );
}

async function printColdStart(): Promise<void> {
  const { imports, files, pack, message } = await coldStart(effort.processes);
  console.log(
    `\nA fresh process, median of ${effort.processes}: modules ${imports.toFixed(0)} ms, reading the rule files ${files.toFixed(0)} ms, ` +
      `the pack ${pack.toFixed(0)} ms, the first message ${message.toFixed(0)} ms\n`,
  );
  aim(`cold start of a pack, at most ${PACK_MS_MAX} ms`, `${pack.toFixed(0)} ms`, pack <= PACK_MS_MAX);
}

printLoad();
const { pack, kinds } = await compare(dataFolder(positionals[0]));
printWorst(pack, kinds);
printGrowth(pack, kinds);
await printColdStart();
