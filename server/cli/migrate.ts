import { Command } from "commander";
import { migrate } from "../database/migrate.ts";
import { withDatabase } from "./installation.ts";

export function migrateCommand(): Command {
  return new Command("migrate").summary("bring the database's schema up to this version").action(async () => {
    const names = await withDatabase((database) => migrate(database));
    console.log(names.length === 0 ? "The database is up to date." : `Migrated: ${names.join(", ")}`);
  });
}
