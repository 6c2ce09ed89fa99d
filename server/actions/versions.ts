import type { Configuration, VersionView } from "./contract.ts";

/** The settings in which two configurations differ, in the contract's order. */
export function changedSettings(from: Configuration, to: Configuration): VersionView["changes"] {
  const before = new Map<string, unknown>(Object.entries(from));
  return Object.entries(to)
    .map(([setting, value]) => ({ setting, from: before.get(setting), to: value }))
    .filter((change) => JSON.stringify(change.from) !== JSON.stringify(change.to));
}
