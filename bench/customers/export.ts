import { Client } from "pg";
import { to as copyTo } from "pg-copy-streams";
import { exportCustomers } from "../../server/exports/export-customers.ts";
import type { Filled } from "./measure.ts";

const ROUNDS = 3; // of either in turn; the median is printed
const SHARE_MIN = 0.25;
const MB = 1024 * 1024;

interface Read {
  readonly bytes: number;
  readonly seconds: number;
}

/** The CSV export of all customers, opened and written, beside a bare COPY of the same encrypted rows; and what memory it takes. */
export async function measureExport(filled: Filled, databaseUrl: string): Promise<void> {
  const exported: number[] = [];
  const copied: number[] = [];
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  for (let round = 0; round < ROUNDS; round += 1) {
    exported.push((await exportAll(filled, (rss) => (most = Math.max(most, rss)))).seconds);
    copied.push((await copyAll(databaseUrl)).seconds);
  }
  const rate = (seconds: readonly number[]) => filled.customers / median(seconds);
  const share = rate(exported) / rate(copied);
  console.log(`\nexport of ${filled.customers} customers as CSV`);
  console.log(`bare COPY of the sealed rows ${rate(copied).toFixed(0).padStart(12)} customers/s`);
  console.log(`export                       ${rate(exported).toFixed(0).padStart(12)} customers/s`);
  console.log(`${(100 * share).toFixed(0)} % of it (aim: at least ${100 * SHARE_MIN} %)`);
  console.log(
    `memory at most ${((most - before) / MB).toFixed(0)} MB above ${(before / MB).toFixed(0)} MB at the start`,
  );
}

async function exportAll({ store, workspaceId }: Filled, onBatch: (rss: number) => void): Promise<Read> {
  const begun = performance.now();
  const asked = {
    fields: ["name", "email", "phone"],
    filter: null,
    bom: false,
    actor: { kind: "system", id: "benchmark" },
    now: Date.now(),
  } as const;
  let bytes = 0;
  for await (const piece of exportCustomers(store, workspaceId, asked)) {
    bytes += Buffer.byteLength(piece);
    onBatch(process.memoryUsage().rss);
  }
  return { bytes, seconds: (performance.now() - begun) / 1000 };
}

/** As the server's owner, whom row-level security does not concern, and with no more than is exported. */
async function copyAll(databaseUrl: string): Promise<Read> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const begun = performance.now();
  let bytes = 0;
  const rows = `
    select customers.id, profile, wrapped, first_at, last_at, conversation_count
    from customers
    join data_keys on data_keys.workspace_id = customers.workspace_id and subject_id = id
    join customer_activity on customer_activity.workspace_id = customers.workspace_id and customer_id = id`;
  for await (const chunk of client.query(copyTo(`copy (${rows}) to stdout`))) bytes += chunk.length;
  const seconds = (performance.now() - begun) / 1000;
  await client.end();
  return { bytes, seconds };
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
