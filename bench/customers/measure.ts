import { CustomersQuery } from "../../server/customers/contract.ts";
import { listCustomers } from "../../server/customers/list.ts";
import type { Store } from "../../server/privacy/store.ts";
import type { Case } from "./cases.ts";
import { explaining, indexUse } from "./plans.ts";

const WARM_UPS = 3;
const ROUNDS = 24; // of both in turn; the lower quartiles are compared, which other work on the machine disturbs least
const SKIPPED_LIMIT = "200";

/** A database full of customers, in one workspace. */
export interface Filled {
  readonly store: Store;
  readonly workspaceId: string;
  readonly customers: number;
}

export interface Measured {
  readonly smallMs: number;
  readonly largeMs: number;
  /** How many are found in the one and in the other. */
  readonly found: string;
  readonly indexes: string;
}

/** Answers a case from both in turn. */
export async function compare(small: Filled, large: Filled, test: Case): Promise<Measured> {
  const [askSmall, askLarge] = [await asking(small, test), await asking(large, test)];
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < WARM_UPS + ROUNDS; round += 1) {
    for (const [which, ask] of [askSmall, askLarge].entries()) {
      const begun = performance.now();
      await ask(null);
      if (round >= WARM_UPS) times[which]?.push(performance.now() - begun);
    }
  }
  const plan: string[] = [];
  const found = [await askSmall(null), await askLarge(plan)];
  return {
    smallMs: lowerQuartile(times[0]),
    largeMs: lowerQuartile(times[1]),
    found: found.map(({ total, totalIs }) => `${totalIs === "exact" ? "" : "≥"}${total}`).join(" / "),
    indexes: indexUse(plan),
  };
}

async function asking({ store, workspaceId }: Filled, { query, page = 0 }: Case) {
  let cursor: string | null = null;
  for (let skipped = 0; skipped < page; skipped += 1) {
    const parsed = CustomersQuery.parse({ ...query, limit: SKIPPED_LIMIT, ...(cursor && { cursor }) });
    ({ nextCursor: cursor } = await listCustomers(store, workspaceId, parsed));
  }
  const asked = CustomersQuery.parse({ ...query, ...(cursor && { cursor }) });
  return (plan: string[] | null) =>
    listCustomers(
      plan === null ? store : { ...store, database: explaining(store.database, plan) },
      workspaceId,
      asked,
    );
}

const lowerQuartile = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 4)] ?? 0;
