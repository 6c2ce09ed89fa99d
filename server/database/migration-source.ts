import type { Knex } from "knex";
import * as createWorkspaces from "../../migrations/20261123090000_create_workspaces.ts";
import * as createKeys from "../../migrations/20261123090050_create_keys.ts";
import * as createConversations from "../../migrations/20261123090100_create_conversations.ts";
import * as createClaims from "../../migrations/20261123090200_create_claims.ts";
import * as createAudit from "../../migrations/20261123090300_create_audit.ts";
import * as createSeals from "../../migrations/20261123090350_create_seals.ts";
import * as createIdentity from "../../migrations/20261123090400_create_identity.ts";
import * as createStaffValues from "../../migrations/20261123090410_create_staff_values.ts";
import * as createErasures from "../../migrations/20261123090420_create_erasures.ts";
import * as createCustomerSearch from "../../migrations/20261123090430_create_customer_search.ts";
import * as createIdempotency from "../../migrations/20261125100000_create_idempotency.ts";
import * as createRateCounts from "../../migrations/20261125100100_create_rate_counts.ts";
import * as createMerges from "../../migrations/20261123090450_create_merges.ts";
import * as createActions from "../../migrations/20261123090460_create_actions.ts";
import * as createWebhooks from "../../migrations/20261123090600_create_webhooks.ts";
import * as createPeople from "../../migrations/20261125090000_create_people.ts";

/** Every migration, oldest first. Imported by hand, so that a name in the database is the same from sources and build. */
const migrations: Readonly<Record<string, Knex.Migration>> = {
  "20261123090000_create_workspaces": createWorkspaces,
  "20261123090050_create_keys": createKeys,
  "20261123090100_create_conversations": createConversations,
  "20261123090200_create_claims": createClaims,
  "20261123090300_create_audit": createAudit,
  "20261123090350_create_seals": createSeals,
  "20261123090400_create_identity": createIdentity,
  "20261123090410_create_staff_values": createStaffValues,
  "20261123090420_create_erasures": createErasures,
  "20261123090430_create_customer_search": createCustomerSearch,
  "20261123090450_create_merges": createMerges,
  "20261123090460_create_actions": createActions,
  "20261123090600_create_webhooks": createWebhooks,
  "20261125090000_create_people": createPeople,
  "20261125100000_create_idempotency": createIdempotency,
  "20261125100100_create_rate_counts": createRateCounts,
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
