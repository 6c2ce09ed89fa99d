import { z } from "zod";
import { ActorView } from "../audit/contract.ts";
import { pageSize, Region } from "../conversations/contract.ts";

const FIELDS_MAX = 50; // a pack has a handful
const ATTEMPTS_MAX = 5; // who was asked five times will not say
const COOL_OFF_DAYS_MAX = 3_650;
const LANGUAGES_MAX = 20;
const VERSIONS_PAGE_DEFAULT = 50;
const VERSIONS_PAGE_MAX = 200;

const key = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/u, "must be the key of a field, such as email");
const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}, or null`;
  return z.int(error).min(min, error).max(max, error).nullable().default(null);
};

/** How Customer Enrichment works in a workspace. What is left out is as it is by default; null: as the rule pack says. */
export const Configuration = z.strictObject({
  /** What is collected, and what of it must be known before a conversation is complete. */
  fields: z
    .array(z.strictObject({ field: key, required: z.boolean().default(true) }))
    .max(FIELDS_MAX, `must have at most ${FIELDS_MAX} fields`)
    .refine((fields) => new Set(fields.map(({ field }) => field)).size === fields.length, {
      error: "must have each field once",
    })
    .nullable()
    .default(null),
  /** Asks per field and conversation. */
  attemptsMax: wholeNumber(1, ATTEMPTS_MAX),
  /** Days during which a refused field is not asked for again, across the person's conversations. */
  coolOffDays: wholeNumber(0, COOL_OFF_DAYS_MAX),
  /** The country of national phone numbers where a message states none; null: the installation's DEFAULT_REGION. */
  region: Region.nullable().default(null),
  /** "claimed": a typed email decides which customer it is, marked as a claim. "verified": only a proved one does. */
  identity: z.enum(["claimed", "verified"]).default("claimed"),
  /** What a greeting is a reason to ask for; null: a greeting is no reason to ask. */
  greetingAsks: key.nullable().default(null),
  /** Whether an upset customer is asked for nothing. */
  hold: z.boolean().default(true),
  /** The languages whose rules are heard. */
  languages: z
    .array(z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$/u, "must be a language code, such as en"))
    .min(1, "must name a language, or be null")
    .max(LANGUAGES_MAX, `must have at most ${LANGUAGES_MAX} languages`)
    .nullable()
    .default(null),
  /** "current": the rules in force on the server; or the hash of a pack that was in force before. */
  rulePack: z
    .string()
    .regex(/^(current|[0-9a-f]{64})$/u, 'must be "current" or the hash of a rule pack, 64 hexadecimal digits')
    .default("current"),
});
export type Configuration = z.output<typeof Configuration>;

/** The same as it is answered. */
export const ConfigurationSettings = Configuration.extend({ region: z.string().nullable() });
export type ConfigurationSettings = z.output<typeof ConfigurationSettings>;

export const DEFAULT_CONFIGURATION: Configuration = Configuration.parse({});

export const ActionView = z.object({
  action: z.string(),
  title: z.string(),
  description: z.string(),
  /** It comes with the program and cannot be removed. */
  builtIn: z.boolean(),
  added: z.boolean(),
  /** "available": it can be added; "added": it was never activated; "active"; "disabled". */
  status: z.enum(["available", "added", "active", "disabled"]),
  /** Whether details are collected now in conversations that began since the activation, or why not. */
  collecting: z.enum(["on", "action_inactive", "not_entitled"]),
  addedAt: z.iso.datetime().nullable(),
  addedBy: ActorView.nullable(),
  /** When it was activated: details are collected in conversations that began since then. */
  activatedAt: z.iso.datetime().nullable(),
  activatedBy: ActorView.nullable(),
  /** When it was added, activated, enabled or disabled last. */
  changedAt: z.iso.datetime().nullable(),
  changedBy: ActorView.nullable(),
  configurationVersion: z.int().nullable(),
});
export type ActionView = z.infer<typeof ActionView>;

/** The answer of GET /v1/actions. */
export const ActionList = z.object({ actions: z.array(ActionView) });
export type ActionList = z.infer<typeof ActionList>;

/** The body of POST /v1/actions. */
export const NewAction = z.strictObject({ action: z.string() });

const versioned = {
  version: z.int().min(1),
  configuration: ConfigurationSettings,
  changedAt: z.iso.datetime(),
  changedBy: ActorView,
};

export const ConfigurationVersion = z.object(versioned);
export type ConfigurationVersion = z.infer<typeof ConfigurationVersion>;

/** The answer of GET …/configuration, with what follows from it and the rules. */
export const ConfigurationView = z.object({
  ...versioned,
  effective: z.object({
    fields: z.array(z.object({ field: z.string(), title: z.string(), required: z.boolean() })),
    attemptsMax: z.int(),
    coolOffDays: z.int(),
    region: z.string().nullable(),
    language: z.string(),
    /** The hash of the rule pack in force. */
    rulePack: z.string(),
  }),
  /** What of it has no effect, and why. */
  problems: z.array(z.string()),
});
export type ConfigurationView = z.infer<typeof ConfigurationView>;

export const VersionsQuery = z.strictObject({
  limit: pageSize(VERSIONS_PAGE_DEFAULT, VERSIONS_PAGE_MAX),
  /** Only versions before this one: nextBefore of the page before. */
  before: z
    .string()
    .regex(/^[1-9][0-9]{0,8}$/u, "must be the number of a version")
    .transform(Number)
    .optional(),
});
export type VersionsQuery = z.output<typeof VersionsQuery>;

/** The answer of GET …/configuration/versions: the latest first. */
export const VersionList = z.object({
  versions: z.array(ConfigurationVersion),
  nextBefore: z.int().nullable(),
});
export type VersionList = z.infer<typeof VersionList>;

export const DiffQuery = z.strictObject({
  /** The version to compare with; without it the one before. */
  against: z
    .string()
    .regex(/^[1-9][0-9]{0,8}$/u, "must be the number of a version")
    .transform(Number)
    .optional(),
});

const SettingValue = z.union([
  z.null(),
  z.boolean(),
  z.number(),
  z.string(),
  z.array(z.string()),
  z.array(z.object({ field: z.string(), required: z.boolean() })),
]);

/** The answer of GET …/configuration/versions/{version}. */
export const VersionView = z.object({
  ...versioned,
  /** The version that it is compared with; null for the first. */
  against: z.int().nullable(),
  /** The settings that differ: what they were there, and what they are here. */
  changes: z.array(z.object({ setting: z.string(), from: SettingValue, to: SettingValue })),
});
export type VersionView = z.infer<typeof VersionView>;
