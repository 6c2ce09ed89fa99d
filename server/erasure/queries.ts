import { AppError } from "../app-error.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import type { Database } from "../database/database.ts";
import type { Certificate, Erasure, ErasurePage, ErasuresQuery } from "./contract.ts";

interface ErasureRow {
  readonly certificate: string;
  readonly signature: Uint8Array;
  readonly signing_key_id: string;
}

const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff"; // before it, seen from the end, is every id

/** A page of erasures, the latest first. */
export async function listErasures(
  database: Database,
  workspaceId: string,
  { cursor, limit }: ErasuresQuery,
): Promise<ErasurePage> {
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    tx.prepared<ErasureRow>(
      `select certificate, signature, signing_key_id from erasures
       where workspace_id = :workspaceId and id < :before order by id desc limit :most`,
      { workspaceId, before: cursor?.toLowerCase() ?? LAST, most: limit + 1 },
    ),
  );
  const erasures = rows.slice(0, limit).map((row) => {
    const { id, subject, cause, at, by, destroyed } = certificateOf(row);
    return { id, subject, cause, at, by, destroyed };
  });
  return { erasures, nextCursor: rows.length > limit ? (erasures.at(-1)?.id ?? null) : null };
}

/** One with its signature. Throws `erasure_not_found`. */
export async function getErasure(
  database: Database,
  workspaceId: string,
  id: string | null,
): Promise<Erasure> {
  const [row] = await inWorkspace(database, workspaceId, (tx) =>
    tx.prepared<ErasureRow>(
      `select certificate, signature, signing_key_id from erasures
       where workspace_id = :workspaceId and id = cast(:id as uuid)`,
      { workspaceId, id },
    ),
  );
  if (row === undefined) throw new AppError("erasure_not_found", "There is no such erasure.");
  return erasureOf(row);
}

function erasureOf(row: ErasureRow): Erasure {
  return {
    certificate: certificateOf(row),
    signature: Buffer.from(row.signature).toString("base64"),
    keyId: row.signing_key_id,
  };
}

// What insertErasure wrote.
const certificateOf = ({ certificate }: ErasureRow): Certificate => JSON.parse(certificate);

const PAGE = 500;

/** Every erasure, the first first. */
export async function* everyErasure(database: Database, workspaceId: string): AsyncGenerator<Erasure> {
  let after = "00000000-0000-0000-0000-000000000000"; // no erasure's
  for (;;) {
    const rows = await inWorkspace(database, workspaceId, (tx) =>
      tx.prepared<ErasureRow>(
        `select certificate, signature, signing_key_id from erasures
         where workspace_id = :workspaceId and id > :after order by id limit :most`,
        { workspaceId, after, most: PAGE },
      ),
    );
    const erasures = rows.map(erasureOf);
    yield* erasures;
    const last = erasures.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.certificate.id;
  }
}
