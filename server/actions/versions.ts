import type { ConfigurationSettings, VersionView } from "./contract.ts";

/** The settings in which two configurations differ, in the contract's order. */
export function changedSettings(
  from: ConfigurationSettings,
  to: ConfigurationSettings,
): VersionView["changes"] {
  return SETTINGS.map((setting) => ({ setting, from: from[setting], to: to[setting] })).filter(
    (change) => JSON.stringify(change.from) !== JSON.stringify(change.to),
  );
}

const SETTINGS = [
  "fields",
  "attemptsMax",
  "coolOffDays",
  "region",
  "identity",
  "greetingAsks",
  "hold",
  "languages",
  "rulePack",
] as const satisfies readonly (keyof ConfigurationSettings)[];
// Every setting is among them.
[] satisfies readonly Exclude<keyof ConfigurationSettings, (typeof SETTINGS)[number]>[];
