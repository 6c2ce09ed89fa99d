/** A statement's source {id}: a customer, and those who were merged into it. What stays with these when they are merged, such as
 *  notes, is read for the survivor through it. `id`: an expression of the statement. */
export const familyOf = (id: string) => `
    select cast(${id} as uuid) as id
    union all
    (select id from customers where workspace_id = :workspaceId and merged_into = ${id} offset 0)`;
