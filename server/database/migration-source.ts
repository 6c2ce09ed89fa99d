import type { Knex } from "knex";
import * as createWorkspaces from "../../migrations/20261123090000_create_workspaces.ts";
import * as createConversations from "../../migrations/20261123090100_create_conversations.ts";
import * as createClaims from "../../migrations/20261123090200_create_claims.ts";
import * as markUnvalidatedClaims from "../../migrations/20261124090000_mark_unvalidated_claims.ts";
import * as markDeniedClaims from "../../migrations/20261124120000_mark_denied_claims.ts";
import * as createKeys from "../../migrations/20261125090000_create_keys.ts";

/** Every migration, oldest first. Imported by hand, so that a name in the database is the same from sources and build. */
const migrations: Readonly<Record<string, Knex.Migration>> = {
  "20261123090000_create_workspaces": createWorkspaces,
  "20261123090100_create_conversations": createConversations,
  "20261123090200_create_claims": createClaims,
  "20261124090000_mark_unvalidated_claims": markUnvalidatedClaims,
  "20261124120000_mark_denied_claims": markDeniedClaims,
  "20261125090000_create_keys": createKeys,
};

export const MIGRATION_NAMES: readonly string[] = Object.keys(migrations);

/** Where knex finds the migrations. Its command line prints `file` of those that wait. */
export const migrationSource: Knex.MigrationSource<{ readonly file: string }> = {
  getMigrations: async () => MIGRATION_NAMES.map((file) => ({ file })),
  getMigrationName: ({ file }) => file,
  getMigration: async ({ file }) => {
    const migration = migrations[file];
    if (migration === undefined) throw new Error(`there is no migration ${file}`);
    return migration;
  },
};
