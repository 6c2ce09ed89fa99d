import { existsSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../app-error.ts";
import type { Database } from "../database/database.ts";
import type { Environment } from "../environment.ts";
import { errorCode } from "../error-code.ts";
import type { KeyProvider } from "../privacy/key-provider.ts";
import { checkClock, checkLogin, checkMigrations, checkRowSecurity, checkServer } from "./database.ts";
import { findingsOf, type Finding } from "./finding.ts";
import { checkKeys } from "./keys.ts";
import { checkNode, checkSpace } from "./machine.ts";
import { checkMail } from "./mail.ts";
import { checkPlans } from "./plans.ts";
import { checkRules } from "./rules.ts";
import { checkPublicAddress, checkWebSettings } from "./web.ts";

/** How to reach what the settings name. Each may throw an AppError, which is a finding then. */
export interface Openers {
  openDatabase(): Promise<Database>;
  openKeys(): KeyProvider;
}

/** Checks an installation and changes nothing of it. Never throws: what cannot be checked is a problem. */
export async function examine(environment: Environment, openers: Openers): Promise<readonly Finding[]> {
  return [
    checkNode(process.version),
    ...(await attempt("disk", () => checkSpace(environment))),
    ...(await attempt("rules", () => checkRules(environment.RULES_DIR))),
    ...(await attempt("database", () => examineDatabase(environment, openers))),
    ...(await attempt("mail", async () => [await checkMail(environment.SMTP_URL)])),
    ...(await attempt("web", async () => checkWebSettings(environment))),
    ...(await attempt("public address", () => checkPublicAddress(environment))),
  ];
}

async function examineDatabase(
  environment: Environment,
  { openDatabase, openKeys }: Openers,
): Promise<readonly Finding[]> {
  // Opening an embedded database that is not there would make one.
  const { DATABASE_URL: databaseUrl, DATA_DIR: dataDir } = environment;
  if (databaseUrl === undefined && !existsSync(join(dataDir, "database"))) {
    return [
      findingsOf("database").advice(`There is no database in ${dataDir} yet: the first start makes it.`),
    ];
  }
  const database = await openDatabase();
  try {
    const migrations = await checkMigrations(database);
    const isMigrated = migrations.level === "ok";
    return [
      ...(await attempt("database server", () => checkServer(database, environment.WORKERS))),
      ...(await attempt("database login", () => checkLogin(database))),
      migrations,
      ...(isMigrated ? await attempt("row-level security", () => checkRowSecurity(database)) : []),
      ...(isMigrated ? await attempt("keys", () => checkKeys(database, openKeys())) : []),
      ...(isMigrated ? await attempt("plans", () => checkPlans(database)) : []),
      ...(await attempt("clock", () => checkClock(database))),
    ];
  } finally {
    await database.close();
  }
}

async function attempt(check: string, work: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await work();
  } catch (error) {
    const { problem } = findingsOf(check);
    if (error instanceof AppError) return [problem(error.message)];
    // No message of others: a database's may quote values, a network's an address with its password.
    const what = errorCode(error) ?? (error instanceof Error ? error.name : "unknown error");
    return [problem(`It cannot be checked (${what}).`)];
  }
}
