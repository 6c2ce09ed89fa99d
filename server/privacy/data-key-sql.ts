/** SQL that joins a subject's data key to its row, as `key` with key_version and key_wrapped. `subject`: an expression, such as
 *  "conversation.id". Each is searched by itself: see turn/open-statement.ts. */
export const joinDataKey = (subject: string) => `
  cross join lateral (
    select workspace_key_version as key_version, wrapped as key_wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = ${subject}
    offset 0
  ) as key`;

/** The insert of a new subject's, from the bindings :keyVersion and :keyWrapped. `id`: an expression, such as ":id". */
export const insertDataKey = (id: string) => `
    insert into data_keys (workspace_id, subject_id, workspace_key_version, wrapped)
    values (:workspaceId, ${id}, :keyVersion, :keyWrapped)`;
