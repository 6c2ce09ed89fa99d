import { rmSync, writeFileSync } from "node:fs";
import type { Database } from "../database/database.ts";
import type { Environment } from "../environment.ts";
import { createSetUpToken } from "../people/set-up.ts";

/** Beside DATA_DIR, as the root key is: readable by whoever runs the server alone. */
const fileOf = ({ DATA_DIR }: Environment) => `${DATA_DIR}.setup-link`;

/** A new set-up link, printed and put into a file: whoever starts a server in the background does not see what it prints.
 *  Null, and no file, when the installation has its owner. `url`: how people reach the server. */
export async function makeSetupLink(
  database: Database,
  environment: Environment,
  url: string,
): Promise<{ readonly link: string; readonly path: string } | null> {
  const path = fileOf(environment);
  const token = await createSetUpToken(database, Date.now());
  rmSync(path, { force: true }); // one that is there keeps its mode when it is written over
  if (token === null) return null;
  // Behind the #: that part of an address is sent to no server and stands in no log.
  const link = `${environment.PUBLIC_URL ?? url}/setup#${token}`;
  writeFileSync(path, `${link}\n`, { mode: 0o600, flag: "wx" });
  return { link, path };
}
