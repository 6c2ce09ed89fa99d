import type { Database } from "../database/database.ts";
import { faultsOfCatalogue } from "../database/catalogue.ts";
import { checkMigrated } from "../database/migrate.ts";
import { CONNECTIONS_MAX } from "../database/postgres.ts";
import { AppError } from "../app-error.ts";
import { findingsOf, type Finding } from "./finding.ts";

const CLOCK_SKEW_MS = 2_000; // signed identities and webhooks allow for minutes; the order of the history does not

/** Whether the schema is this program's. */
export async function checkMigrations(database: Database): Promise<Finding> {
  const { ok, problem } = findingsOf("migrations");
  try {
    await checkMigrated(database);
    return ok("The schema is this version's.");
  } catch (error) {
    if (error instanceof AppError) return problem(error.message);
    throw error;
  }
}

/** Whether the login may be what it has to be. The embedded database's only login is a superuser. */
export async function checkLogin({ kind, knex }: Database): Promise<readonly Finding[]> {
  const { ok, problem } = findingsOf("database login");
  const { rows } = await knex.raw(`
    select current_user as login, rolsuper or rolbypassrls as unbound, to_regrole('enrich_app') is not null as has_role,
      case when to_regrole('enrich_app') is null then false else pg_has_role(current_user, 'enrich_app',
        case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end) end as may_set_role
    from pg_roles where rolname = current_user`);
  const [{ login, unbound, has_role: hasRole, may_set_role: maySetRole }] = rows;
  const findings = [
    ...(hasRole ? [] : [problem('The role enrich_app is missing: run "enrich migrate".')]),
    ...(hasRole && !maySetRole
      ? [
          problem(
            `The login ${login} may not become enrich_app: as a superuser, run "grant enrich_app to ${login}".`,
          ),
        ]
      : []),
    ...(unbound && kind === "postgres"
      ? [
          problem(
            `The login ${login} is a superuser or bypasses row-level security. Use one that owns the database and is neither: ` +
              "docs/deployment.md shows how.",
          ),
        ]
      : []),
  ];
  return findings.length > 0 ? findings : [ok(`${login} may become enrich_app, under row-level security.`)];
}

/** Whether every table keeps workspaces apart. */
export async function checkRowSecurity({ knex }: Database): Promise<readonly Finding[]> {
  const { ok, problem } = findingsOf("row-level security");
  const faults = await faultsOfCatalogue(knex);
  if (faults.length === 0) return [ok("It is forced on every table, with a policy for the workspace.")];
  const advice = "Somebody has changed the schema: compare it with migrations/schema.sql and put it back.";
  return faults.map((fault) => problem(`${fault}. ${advice}`));
}

/** The server's version and what its settings mean for the data. `processes`: how many of ours share it. */
export async function checkServer({ kind, knex }: Database, processes: number): Promise<readonly Finding[]> {
  if (kind === "pglite") return [];
  const { ok, advice, problem } = findingsOf("database server");
  const { rows } = await knex.raw(`
    select current_setting('server_version') as version, current_setting('server_encoding') as encoding,
      current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
      current_setting('synchronous_commit') as synchronous_commit,
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as connections,
      coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as ssl,
      inet_server_addr() is null or inet_server_addr() <<= '127.0.0.0/8' or inet_server_addr() = '::1' as is_near`);
  const [server] = rows;
  const wanted = processes * CONNECTIONS_MAX;
  return [
    ok(`PostgreSQL ${server.version}.`),
    ...(server.encoding === "UTF8"
      ? []
      : [problem(`The database's encoding is ${server.encoding}: make a new one with encoding UTF8.`)]),
    ...(server.fsync === "on" && server.full_page_writes === "on"
      ? []
      : [problem("fsync or full_page_writes is off: a power cut may destroy the database. Switch both on.")]),
    ...(server.synchronous_commit === "off"
      ? [
          problem(
            "synchronous_commit is off: messages that were answered may be lost in a crash. Switch it on.",
          ),
        ]
      : []),
    ...(server.connections >= wanted
      ? []
      : [
          problem(
            `max_connections leaves ${server.connections} connections and ${processes} server processes want up to ${wanted}: raise it.`,
          ),
        ]),
    ...(server.ssl || server.is_near
      ? []
      : [
          advice(
            "The connection to another machine is not encrypted: add ?sslmode=verify-full to DATABASE_URL.",
          ),
        ]),
  ];
}

/** Whether this machine's clock agrees with the database's, and whether it is being set while it is looked at. */
export async function checkClock(
  { knex }: Database,
  clock: () => number = Date.now,
): Promise<readonly Finding[]> {
  const { ok, problem } = findingsOf("clock");
  const [before, steady] = [clock(), performance.now()];
  const { rows } = await knex.raw("select extract(epoch from clock_timestamp()) * 1000 as now");
  const after = clock();
  const took = performance.now() - steady;
  const skew = Math.round(Number(rows[0].now) - (before + after) / 2);
  const jump = Math.round(after - before - took);
  const synchronise = "Let NTP keep the clocks of both machines.";
  if (Math.abs(jump) > CLOCK_SKEW_MS) {
    return [problem(`This machine's clock jumped by ${jump} ms while it was looked at. ${synchronise}`)];
  }
  if (Math.abs(skew) > CLOCK_SKEW_MS) {
    const how = skew > 0 ? "behind" : "ahead of";
    return [problem(`This machine's clock is ${Math.abs(skew)} ms ${how} the database's. ${synchronise}`)];
  }
  return [ok(`This machine's clock and the database's agree (${skew} ms).`)];
}
