import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { z } from "zod";
import { PLANS, type Plan } from "./billing/plans-contract.ts";
import { Region } from "./conversations/contract.ts";
import { RATES_DEFAULT } from "./limits/rate-limits.ts";
import { packageRoot } from "./package-root.ts";
import { parseTrustedProxies, type TrustedProxies } from "./http/trusted-proxies.ts";
import { isKeyServiceUrl } from "./privacy/http-key-provider.ts";
import { parseRootKey } from "./privacy/root-keys.ts";
import type { RootKeys } from "./privacy/root-keys.ts";

import { isSecret } from "./webhooks/sign.ts";

const PORT_MAX = 65_535;
const RATE_MAX = 100_000_000; // no limit in practice
const WORKERS_MAX = 64;
const SILENCE_MINUTES_MAX = 30 * 24 * 60; // after a month it is another conversation by any measure

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^[0-9]{1,9}$/u, error)
    .transform(Number)
    .refine((number) => number >= min && number <= max, error);
};

// Neither the address nor its password may end up in an error message.
const databaseUrl = z.string().refine((address) => {
  return URL.canParse(address) && /^postgres(ql)?:$/u.test(new URL(address).protocol);
}, "must be an address such as postgres://user:password@127.0.0.1:5432/database");

// Nor may a key, not even a wrong one: it may be right but for a slip.
const rootKeys = z.string().transform((text, context): RootKeys => {
  const [first, ...others] = text.split(",").map((part) => parseRootKey(part.trim()));
  const isValid = first !== null && first !== undefined && !others.includes(null);
  if (isValid) return [first, ...others.filter((root) => root !== null)];
  const message =
    "must be 32 random bytes in base64, as `openssl rand -base64 32` prints them; several with commas";
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

const keyServiceUrl = z
  .string()
  .refine(isKeyServiceUrl, "must be an https address without login and query; http on this machine only");

// Nor here: the password is in it.
const smtpUrl = z
  .string()
  .refine(
    (address) => URL.canParse(address) && /^smtps?:$/u.test(new URL(address).protocol),
    "must be an address such as smtp://user:password@mail.example:587",
  );

const oidcIssuer = z
  .string()
  .refine(isKeyServiceUrl, "must be an https address without login and query; http on this machine only");

// Without a path: cookies and pages are at the top of a host.
const publicUrl = z
  .string()
  .refine((address) => {
    const url = URL.canParse(address) ? new URL(address) : null;
    return url !== null && /^https?:$/u.test(url.protocol) && url.href === `${url.origin}/`;
  }, "must be an address such as https://enrich.example, without a path")
  .transform((address) => new URL(address).origin);
/** The price of each plan. */
const stripePrices = z.string().transform((text, context): Readonly<Record<Plan, string>> => {
  const stated = new Map(
    text.split(",").map((part) => [part.split("=")[0]?.trim(), part.split("=")[1]?.trim()]),
  );
  const { data } = Prices.safeParse(Object.fromEntries(PLANS.map((plan) => [plan, stated.get(plan)])));
  if (data !== undefined && stated.size === PLANS.length) return data;
  const message = "must be the price of each plan: starter=price_…,professional=price_…,enterprise=price_…";
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});
const priceId = z.string().regex(/^price_\w+$/u);
const Prices = z.object({ starter: priceId, professional: priceId, enterprise: priceId });

const trustedProxies = z.string().transform((text, context): TrustedProxies => {
  const parsed = parseTrustedProxies(text);
  if (parsed !== null) return parsed;
  const message =
    "must be a number of proxies, or their addresses and networks, such as loopback or 10.0.0.0/8";
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

const webhookSecret = z.string().refine(isSecret, "must be whsec_ and 24 to 64 random bytes in base64");

const directory = z.string().transform((path) => resolve(path));

/** The settings, as the environment holds them. `.env.example` documents each. */
export const Environment = z.object({
  HOST: z.string().default("127.0.0.1"),
  /** 0 takes any free port. */
  PORT: wholeNumber(0, PORT_MAX).default(3000),
  /** Server processes that share the port; on PostgreSQL only. */
  WORKERS: wholeNumber(1, WORKERS_MAX).default(1),
  DATABASE_URL: databaseUrl.optional(),
  DATA_DIR: directory.default(() => resolve("data")),
  RULES_DIR: directory.default(() => packagedRules()),
  /** Made on the first start; without it, beside DATA_DIR: backups of that folder then do not hold the key to themselves. */
  ROOT_KEY_FILE: directory.optional(),
  ROOT_KEY: rootKeys.optional(),
  KMS_URL: keyServiceUrl.optional(),
  KMS_TOKEN: z.string().optional(),
  /** With it, codes can be mailed to people who are to prove that an address is theirs. */
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: z.email("must be an email address").default("no-reply@localhost.localdomain"),
  /** The OpenID Connect provider that people can sign in with: all three, or none. */
  OIDC_ISSUER: oidcIssuer.optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  /** How people's browsers reach the server: for the links it mails, and for its cookies. */
  PUBLIC_URL: publicUrl.optional(),
  /** With these three, plans are paid at Stripe. */
  STRIPE_SECRET_KEY: z.string().optional(),
  STRIPE_WEBHOOK_SECRET: z.string().optional(),
  STRIPE_PRICES: stripePrices.optional(),
  /** Where the owner changes the plan: a page of the installation's. */
  UPGRADE_URL: z
    .url({ protocol: /^https?$/u, error: "must be an address such as https://shop.example/plans" })
    .optional(),
  /** Where the root of every seal of the audit is appended. */
  AUDIT_ROOTS_FILE: directory.optional(),
  /** Where each root is posted, and what the posts are signed with. */
  AUDIT_ROOTS_URL: z.url("must be an address such as https://roots.example/enrich").optional(),
  AUDIT_ROOTS_SECRET: webhookSecret.optional(),
  /** Whose X-Forwarded-For and X-Forwarded-Proto are believed. */
  TRUST_PROXY: trustedProxies.default(false),
  /** Webhooks may be sent to this machine and to private networks, and by http. */
  ALLOW_PRIVATE_WEBHOOKS: z.stringbool("must be true or false").default(false),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).default("info"),
  /** Requests a minute of an API key or a member, messages of a person, requests of an address without a valid credential. */
  RATE_LIMIT_KEY_PER_MINUTE: wholeNumber(1, RATE_MAX).default(RATES_DEFAULT.caller),
  RATE_LIMIT_VISITOR_PER_MINUTE: wholeNumber(1, RATE_MAX).default(RATES_DEFAULT.visitor),
  RATE_LIMIT_ADDRESS_PER_MINUTE: wholeNumber(1, RATE_MAX).default(RATES_DEFAULT.address),
  SILENCE_MINUTES: wholeNumber(1, SILENCE_MINUTES_MAX).default(30),
  DEFAULT_REGION: Region.optional(),
  /** "production" refuses what is only fit for trying out, such as a database superuser. */
  NODE_ENV: z.string().default("development"),
});
export type Environment = z.output<typeof Environment>;

/** Reads the settings from the process's environment and, for what that leaves open, from `.env` in `directory`.
 *  A variable that is set to nothing counts as not set. Problems are sentences for people. */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  directory: string,
): { readonly environment: Environment } | { readonly problems: readonly string[] } {
  const file = readEnvFile(join(directory, ".env"));
  if ("problem" in file) return { problems: [file.problem] };
  const stated = Object.entries({ ...file.variables, ...withoutEmpty(variables) });
  const parsed = Environment.safeParse(withoutEmpty(Object.fromEntries(stated)));
  if (parsed.success) return { environment: parsed.data };
  return { problems: parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`) };
}

function withoutEmpty(
  variables: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const stated: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined && value.trim() !== "") stated[name] = value.trim();
  }
  return stated;
}

function readEnvFile(
  path: string,
): { readonly variables: Readonly<Record<string, string | undefined>> } | { readonly problem: string } {
  if (!existsSync(path)) return { variables: {} };
  try {
    return { variables: parseEnv(readFileSync(path, "utf8")) };
  } catch {
    return { problem: `${path} cannot be read: it must be a file of lines such as PORT=3000` };
  }
}

/** The rule pack that comes with the program. */
const packagedRules = () => join(packageRoot(), "rules");
