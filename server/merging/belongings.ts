/** What becomes of the rows that hang on a customer who is merged into another one:
 *  - moves: they get the survivor's id, and on unmerge those that are the absorbed one's get its own again
 *  - ends: they follow from what moves; they are deleted, and made anew on unmerge
 *  - stays: they keep the absorbed customer's id, under its data key, so that unmerge finds them as they were; who reads
 *    them for a survivor reads those of all whom it absorbed
 *  - leads: says who was merged into whom */
export type Fate = "moves" | "ends" | "stays" | "leads";

/** Every column that holds a customer's id. A test compares it with the schema: a new table is red until it is decided here. */
export const BELONGINGS: Readonly<Record<string, Fate>> = {
  "conversations.customer_id": "moves",
  "customer_activity.customer_id": "ends",
  "customers.id": "stays",
  "customers.merged_into": "leads",
  "data_keys.subject_id": "stays",
  "audit_events.subject_id": "stays",
  "customer_entries.customer_id": "ends",
  "staff_values.customer_id": "stays",
  "notes.customer_id": "stays",
  "erasures.subject_id": "stays",
  "webhook_events.customer_id": "stays",
  "merges.survivor_id": "leads",
  "merges.absorbed_id": "leads",
};

const columnsOf = (fate: Fate) =>
  Object.entries(BELONGINGS).flatMap(([place, its]) => {
    const [table = "", column = ""] = place.split(".");
    return its === fate ? [{ table, column }] : [];
  });

/** Moves all that moves, on a merge. */
export const MOVES: readonly string[] = columnsOf("moves").map(
  ({ table, column }) => `
    update ${table} set ${column} = :survivorId
    where workspace_id = :workspaceId and ${column} = :absorbedId`,
);

/** Ends all that ends. */
export const ENDS: readonly string[] = columnsOf("ends").map(
  ({ table, column }) => `delete from ${table} where workspace_id = :workspaceId and ${column} = :absorbedId`,
);
