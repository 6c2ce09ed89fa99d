import { BuiltinDefault } from "@nlpjs/builtin-default";
import { containerBootstrap } from "@nlpjs/core";
import { LangEn } from "@nlpjs/lang-en-min";
import { Nlp } from "@nlpjs/nlp";
import type { Contender } from "./measure.ts";
import type { PlainRule } from "./plain-shapes.ts";

/**
 * node-nlp, trained on the examples of the rules, which finds emails and phones besides. Its own parts are used (they are
 * what `NlpManager` of the package node-nlp drives), with one language and the lighter of its two entity extractors,
 * and without sentiment: faster than that package, and a hundredth of its 119 MB.
 */
export async function nodeNlpContender(rules: readonly PlainRule[]): Promise<Contender> {
  const container = containerBootstrap();
  container.use(LangEn);
  container.register("extract-builtin-??", new BuiltinDefault(), true);
  const nlp = new Nlp({
    container,
    languages: ["en"],
    forceNER: true,
    calculateSentiment: false,
    autoLoad: false,
    autoSave: false,
    nlu: { log: false },
  });
  for (const { name, examples } of rules)
    for (const example of examples) nlp.addDocument("en", example, name);
  await nlp.train();
  return { name: "node-nlp", kind: "async", hear: ({ text }) => quietly(() => nlp.process("en", text)) };
}

/** Its extractor prints every number that it finds. */
async function quietly<Result>(work: () => Promise<Result>): Promise<Result> {
  const { log } = console;
  console.log = silent;
  try {
    return await work();
  } finally {
    console.log = log;
  }
}

function silent(): void {}
