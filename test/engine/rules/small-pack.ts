import { loadPack } from "../../../engine/rules/load-pack.ts";
import type { Problem, RuleFile, RulePack } from "../../../engine/rules/pack.ts";

export const FIELDS: RuleFile = {
  path: "fields.yaml",
  text: `language: en
limits: { attempts_max: 2, cool_off_days: 30 }
fields:
  - field: email
    title: Email address
    extractor: email
    required: true
    mentions: [my email, email address]
    ask: [Which email can we use?, Which address is it?]
    invalid: Could you check that address?
    why: We only use it to answer you.
    thanks: "Thanks, noted {email}."
    corrected: "Changed to {email}."
`,
};

export const WORDINGS: RuleFile = {
  path: "en/wordings.yaml",
  text: `wordings:
  fall_back: Thanks for your message.
  passed_on: I'll pass that on.
  refused: No problem.
  let_go: That's fine.
  waiting: Take your time.
  confirm: "Did you mean {suggestion}?"
  thanks_all: "Thanks, noted {details}."
`,
};

export interface RuleSketch {
  readonly triggers: readonly unknown[];
  readonly except?: readonly unknown[];
  readonly fillers?: readonly string[];
  readonly priority?: number;
  readonly matches?: readonly unknown[];
  readonly ignores?: readonly unknown[];
}

/** An intent file with the triggers that a test is about. */
export function intentFile(intent: string, sketch: RuleSketch): RuleFile {
  const { triggers, except = [], fillers = [], priority = 100, matches = [], ignores = [] } = sketch;
  const text = [
    `intent: ${intent}`,
    `title: ${intent}`,
    "language: en",
    `priority: ${priority}`,
    `triggers: ${JSON.stringify(triggers)}`,
    `except: ${JSON.stringify(except)}`,
    "replies: [All right.]",
    `examples: ${JSON.stringify({ matches, ignores })}`,
    `fillers: ${JSON.stringify(fillers)}`,
  ].join("\n");
  return { path: `en/${intent}.yaml`, text };
}

/** A pack of these files, beside the fields and wordings that every pack has. */
export function packWith(...files: readonly RuleFile[]): RulePack {
  const loaded = loadPack([FIELDS, WORDINGS, ...files]);
  if ("problems" in loaded) throw new Error(shown(loaded.problems).join("\n"));
  return loaded.pack;
}

/** What is wrong with a pack of these files, as a person reads it. */
export function problemsWith(...files: readonly RuleFile[]): string[] {
  return shownProblems([FIELDS, WORDINGS, ...files]);
}

export function shownProblems(files: readonly RuleFile[]): string[] {
  const loaded = loadPack(files);
  return "problems" in loaded ? shown(loaded.problems) : [];
}

function shown(problems: readonly Problem[]): string[] {
  return problems.map(({ path, line, column, message }) => `${path}:${line}:${column} ${message}`);
}
