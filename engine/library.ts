/** All that `import … from "customer-enrichment/engine"` offers. The engine's own files import one another directly. */
export { explainTrace } from "./decide/explain.ts";
export { hearOther } from "./decide/hear.ts";
export { knownAfter, type Known } from "./decide/known-after.ts";
export { INITIAL_STATE, parseState } from "./decide/state.ts";
export { configurePack } from "./rules/configure.ts";
export { loadPack } from "./rules/load-pack.ts";
export { testExamples } from "./rules/test-examples.ts";
export { testTranscripts } from "./test-transcripts.ts";
export { understand } from "./understand/understand.ts";
export { ENGINE_VERSION } from "./version.ts";
export type { Act, Circumstances, Collected, Denied, Move, Reason, Trace } from "./decide/decision.ts";
export type { Confirm, Mode, Request, State } from "./decide/state.ts";
export type { Problem, RuleFile, RulePack, Settings } from "./rules/pack.ts";
export type { Context, FieldKey, Finding, Span, Understanding } from "./understand/understanding.ts";
export { takeTurn, type Turn } from "./turn.ts";
