import type { RuleFile, RulePack } from "../../engine/rules/pack.ts";

/**
 * The engine as it ships, from dist/. The loader that runs these files marks every function that it makes with its name,
 * which would charge the engine for work that nobody does with it.
 */
const compiled = (path: string): Promise<unknown> =>
  import(new URL(`../../dist/${path}`, import.meta.url).href);

// A proven edge: dist/ is compiled from these very files.
export const { understand } = (await compiled(
  "engine/understand/understand.js",
)) as typeof import("../../engine/understand/understand.ts");
const { loadPack } = (await compiled(
  "engine/rules/load-pack.js",
)) as typeof import("../../engine/rules/load-pack.ts");

/** Compiles files that must be a valid pack. */
export function packOf(files: readonly RuleFile[]): RulePack {
  const loaded = loadPack(files);
  if ("pack" in loaded) return loaded.pack;
  throw new Error(
    loaded.problems
      .map(({ path, line, column, message }) => `${path}:${line}:${column}: ${message}`)
      .join("\n"),
  );
}
