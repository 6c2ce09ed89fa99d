import cluster from "node:cluster";
import { Command } from "commander";
import { startRootPoster, type Root, type RootPoster } from "../audit/post-roots.ts";
import { startSealer } from "../audit/sealer.ts";
import type { Database } from "../database/database.ts";
import type { Environment } from "../environment.ts";
import { errorCode } from "../error-code.ts";
import { createApp } from "../http/app.ts";
import { listen } from "../http/listen.ts";
import type { Listening } from "../http/listen.ts";
import { smtpMailer } from "../identity/mailer.ts";
import { createRateLimits, type RatesPerMinute } from "../limits/rate-limits.ts";
import { createLog } from "../log.ts";
import type { Log } from "../log.ts";
import { createKeyrings } from "../privacy/keyrings.ts";
import { sweepHourly } from "../retention/hourly.ts";
import { faultOfUrl } from "../outgoing/destination.ts";
import { watchPack } from "../rules/live-pack.ts";
import { createApiKey, hasLiveApiKey } from "../workspaces/api-keys.ts";
import { configuredOidc } from "./configured-oidc.ts";
import { startDispatcher } from "../webhooks/dispatcher.ts";
import { listWorkspaceIds } from "../workspaces/workspaces.ts";
import { configuredBilling } from "./configured-billing.ts";
import { configuredKeys, rootKeyNotice } from "./configured-keys.ts";
import { install, openConfigured } from "./installation.ts";
import { Refusal } from "./refusal.ts";
import { makeSetupLink } from "./setup-link.ts";
import { readPack, readSettings } from "./settings.ts";
import { isFirstServer, superviseWorkers, waitForStop } from "./workers.ts";

const MINUTE_MS = 60_000;

export function serveCommand(): Command {
  return new Command("serve").summary("serve the HTTP interface").action(serve);
}

/** With several WORKERS, each does this. Starts in the order in which things can be refused without harm: settings, rules, database, keys, address. Returns when
 *  a signal has stopped it and everything is closed. */
async function serve(): Promise<void> {
  const environment = readSettings();
  const log = createLog(environment.LOG_LEVEL);
  if (cluster.isPrimary && environment.WORKERS > 1) {
    if (environment.DATABASE_URL === undefined) {
      throw new Refusal([
        "The embedded database belongs to one process: for more WORKERS than 1, set DATABASE_URL to a PostgreSQL server.",
      ]);
    }
    return superviseWorkers(environment.WORKERS, environment, log);
  }
  const stopped = waitForStop();
  process.on("uncaughtException", (error) => endAfter(error, log));
  const oidc = configuredOidc(environment);
  const billing = await configuredBilling(environment);
  const pack = await readPack(environment.RULES_DIR);
  let notice: readonly string[] = [];
  const keys = configuredKeys(environment, (path) => {
    notice = rootKeyNotice(path);
    log.warn({ path }, "a root key was made: back it up, the data cannot be read without it");
  });
  const database = await openConfigured(environment);
  try {
    const workspaceId = await install(database);
    const keyrings = createKeyrings(database, keys.inUse, Date.now);
    await keyrings.of(workspaceId);
    const rules = watchPack(environment.RULES_DIR, pack, log);
    const mailer =
      environment.SMTP_URL === undefined ? null : smtpMailer(environment.SMTP_URL, environment.MAIL_FROM);
    const limits = createRateLimits({ database, keyrings }, ratesOf(environment), log);
    let closing = false;
    const outgoing = { allowPrivate: environment.ALLOW_PRIVATE_WEBHOOKS };
    let listensOn = ""; // known once it listens
    const app = createApp({
      database,
      rules,
      keyrings,
      log,
      limits,
      mailer,
      oidc,
      outgoing,
      trustedProxies: environment.TRUST_PROXY,
      publicUrl: () => environment.PUBLIC_URL ?? listensOn,
      billing,
      silenceMs: environment.SILENCE_MINUTES * MINUTE_MS,
      regionDefault: environment.DEFAULT_REGION ?? null,
      clock: Date.now,
      isClosing: () => closing,
    });
    const server = await listenOrRefuse(app, environment);
    listensOn = localUrl(server.url);
    const sweeping = sweepHourly({ database, keyrings }, log);
    // Only now: a key that is shown once must not be lost to a port that is taken.
    if (isFirstServer()) {
      const key = await firstKey(database, workspaceId);
      const setup = await makeSetupLink(database, environment, listensOn);
      const started = { packHash: pack.hash, rootKeyPlace: keys.inUse.place, notice, setup, key };
      console.log(greeting(server.url, environment, database, started));
    }
    const rootsFile = environment.AUDIT_ROOTS_FILE;
    const roots = rootPosterOf(environment, log);
    const onRoot = (root: Root) => roots?.add(root);
    const sealer = startSealer(database, log, { rootsFile, onRoot, clock: Date.now });
    const dispatcher = startDispatcher({ database, keyrings }, log, {
      workspaceIds: () => listWorkspaceIds(database),
      outgoing: { rules: outgoing },
      clock: Date.now,
    });
    const signal = await stopped;
    closing = true;
    await stop(signal, server, log);
    await dispatcher.close();
    await sweeping.stop();
    rules.close();
    mailer?.close();
    await limits.close();
    await sealer.close();
    await roots?.close();
  } finally {
    await database.close();
    cluster.worker?.disconnect(); // the line to the supervisor would keep this process alive
  }
}

const ratesOf = (environment: Environment): RatesPerMinute => ({
  caller: environment.RATE_LIMIT_KEY_PER_MINUTE,
  visitor: environment.RATE_LIMIT_VISITOR_PER_MINUTE,
  address: environment.RATE_LIMIT_ADDRESS_PER_MINUTE,
});

/** Posts roots where the settings say so. Throws a Refusal for an address that nothing may be sent to. */
function rootPosterOf(environment: Environment, log: Log): RootPoster | null {
  const { AUDIT_ROOTS_URL: url, AUDIT_ROOTS_SECRET: secret = null } = environment;
  if (url === undefined) return null;
  const rules = { allowPrivate: environment.ALLOW_PRIVATE_WEBHOOKS };
  const fault = faultOfUrl(url, rules);
  if (fault !== null) throw new Refusal([`AUDIT_ROOTS_URL ${fault}.`]);
  return startRootPoster(log, { url, secret, rules, clock: Date.now });
}

/** What nobody caught leaves the process in an unknown state. Node would print the error's message, which may quote what
 *  a customer wrote. */
function endAfter(error: unknown, log: Log): never {
  log.fatal({ err: error }, "an error that nobody caught: the process ends");
  process.exit(1);
}

async function stop(signal: string, server: Listening, log: Log): Promise<void> {
  log.info({ signal }, "shutting down: requests under way may finish");
  await server.close();
  log.info("stopped");
}

async function listenOrRefuse(
  app: Parameters<typeof listen>[0],
  environment: Environment,
): Promise<Listening> {
  const { HOST: host, PORT: port } = environment;
  try {
    return await listen(app, host, port);
  } catch (error) {
    const code = errorCode(error);
    if (code === "EADDRINUSE") {
      throw new Refusal([
        `Port ${port} on ${host} is taken by another program. Set PORT to another one; 0 takes any.`,
      ]);
    }
    throw new Refusal([
      `Cannot listen on ${host}:${port} (${code ?? "unknown error"}). Check HOST and PORT.`,
    ]);
  }
}

/** A new key for a workspace that has none that works, or null. Not only on the very first start: that one may have ended
 *  before anybody saw a key, or another command may have made the workspace. */
async function firstKey(database: Database, workspaceId: string): Promise<string | null> {
  if (await hasLiveApiKey(database, workspaceId, Date.now())) return null;
  const actor = { kind: "system", id: "server start" } as const;
  return (await createApiKey(database, workspaceId, "server start", Date.now(), { actor })).key;
}

interface Started {
  readonly packHash: string;
  readonly rootKeyPlace: string;
  /** Lines about a root key that was made at this start. */
  readonly notice: readonly string[];
  /** By which the first owner is found; null when there is one. */
  readonly setup: { readonly link: string; readonly path: string } | null;
  readonly key: string | null;
}

function greeting(
  url: string,
  environment: Environment,
  database: Database,
  { packHash, rootKeyPlace, notice, setup, key }: Started,
): string {
  const data = database.kind === "pglite" ? `embedded database in ${environment.DATA_DIR}` : "PostgreSQL";
  const lines = [
    "",
    `Customer Enrichment listens on ${url}`,
    `  data   ${data}`,
    `  keys   root key in ${rootKeyPlace}`,
    `  rules  ${environment.RULES_DIR} (pack ${packHash.slice(0, 12)})`,
    "",
    ...notice,
    ...(notice.length === 0 ? [] : [""]),
    ...(setup === null ? [] : setupNotice(setup)),
  ];
  if (key === null) {
    const first = database.kind === "pglite" ? "stop this server and run" : "run";
    return [...lines, `To make another API key, ${first}: ${command("key create")}`, ""].join("\n");
  }
  return [
    ...lines,
    "Your API key, shown this once:",
    `  ${key}`,
    "",
    "Try it:",
    curl(localUrl(url), key),
    "",
  ].join("\n");
}

function setupNotice({ link, path }: NonNullable<Started["setup"]>): readonly string[] {
  return [
    "Nobody can sign in yet. Whoever opens this link first becomes the owner; it is good once, for seven days:",
    `  ${link}`,
    `  It is also in ${path}`,
    "",
  ];
}

/** The address on this machine of a server that listens on all of its addresses. */
function localUrl(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}

/** A line for a shell's prompt. Nothing in it needs escaping: the text has no apostrophe. */
function curl(url: string, key: string): string {
  const body = JSON.stringify({ handle: "visitor-1", text: "Can you email me your price list?" });
  const headers = `-H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json'`;
  return `curl -sS ${url}/v1/chat ${headers} -d '${body}'`;
}

/** How the reader of this runs a command: in a checkout through npm, installed by its name. */
function command(words: string): string {
  return process.env["npm_lifecycle_event"] === undefined
    ? `enrich ${words}`
    : `npm run -s enrich -- ${words}`;
}
