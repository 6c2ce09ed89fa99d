import { AppError } from "../app-error.ts";
import { errorCode } from "../error-code.ts";

/** Says in plain words why a database server could not be used. The address is named without its password. */
export function explainFailure(error: unknown, databaseUrl: string): AppError {
  const where = describe(databaseUrl);
  return new AppError("database_unavailable", sentence(error, where), { cause: error });
}

function sentence(error: unknown, where: string): string {
  const code = errorCode(error);
  switch (code) {
    case "ECONNREFUSED":
      return `No database answers at ${where}: is it running?`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `The database's host name is unknown: ${where}. Check DATABASE_URL.`;
    case "28P01":
    case "28000":
      return `The database at ${where} refuses the login: check the user and the password in DATABASE_URL.`;
    case "3D000":
      return `There is no such database: ${where}. Create it, or check DATABASE_URL.`;
    case "42501":
      return `The database login may not do what is needed at ${where}: it must own the database and may create roles.`;
    case "53300":
      return `The database at ${where} has no connection left.`;
    case "57P03":
      return `The database at ${where} is starting up or shutting down: try again in a moment.`;
    default:
      return `The database at ${where} cannot be used${code === null ? "" : ` (${code})`}.`;
  }
}

function describe(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) return "DATABASE_URL";
  const url = new URL(databaseUrl);
  return `${url.host}${url.pathname}`;
}
