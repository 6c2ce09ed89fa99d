import { parse } from "yaml";
import { z } from "zod";
import type { RuleFile } from "../../engine/rules/pack.ts";

/** A part of a trigger that other libraries have something like: one of several phrases, or any words. */
export type Part =
  | { readonly kind: "phrases"; readonly phrases: readonly string[]; readonly optional: boolean }
  | { readonly kind: "gap" };

/** A rule of the pack, as other libraries can be taught it: its triggers' plain shapes and its examples. */
export interface PlainRule {
  readonly name: string;
  readonly shapes: readonly (readonly Part[])[];
  readonly examples: readonly string[];
}

const Rule = z.object({
  intent: z.string().optional(),
  signal: z.string().optional(),
  triggers: z.array(z.union([z.string(), z.object({ regex: z.string() })])),
  examples: z.object({ matches: z.array(z.union([z.string(), z.object({ text: z.string() })])) }),
});

/** The intents and signals of a pack. Triggers that are more than words, choices and gaps are left out. */
export function plainRules(files: readonly RuleFile[]): readonly PlainRule[] {
  return files.flatMap(({ text }) => {
    const read = Rule.safeParse(parse(text));
    const name = read.data?.intent ?? read.data?.signal;
    if (read.data === undefined || name === undefined) return [];
    const written = read.data.triggers.filter((trigger) => typeof trigger === "string");
    return [
      {
        name,
        shapes: written.map(plainShape).filter((shape) => shape !== null),
        examples: read.data.examples.matches.map((example) =>
          typeof example === "string" ? example : example.text,
        ),
      },
    ];
  });
}

const PARTS = /\([^)]*\)\??|\S+/g;
const GAP = /^(?:\.|\*|\.?\{\d*,?\d*\}|\.\{\d*,?\d*\})\??$/;
const PHRASE = /^[\p{L}\p{N}' -]+$/u;

/** `send (me|us)? the? menu` in parts, or null for a trigger that holds more than words. */
function plainShape(trigger: string): readonly Part[] | null {
  const parts: Part[] = [];
  for (const [written] of trigger.replace(/^\^/, "").replace(/\$$/, "").matchAll(PARTS)) {
    if (GAP.test(written)) parts.push({ kind: "gap" });
    else {
      const optional = written.endsWith("?");
      const bare = optional ? written.slice(0, -1) : written;
      const phrases = (bare.startsWith("(") ? bare.slice(1, -1).split("|") : [bare]).map((phrase) =>
        phrase.trim().toLowerCase(),
      );
      // `/\d+/`, `#Noun`, `{send}`, `!(a|b)` and `~near~` have nothing like them elsewhere.
      if (!phrases.every((phrase) => PHRASE.test(phrase))) return null;
      parts.push({ kind: "phrases", phrases, optional });
    }
  }
  return parts.some((part) => part.kind === "phrases" && !part.optional) ? parts : null;
}
