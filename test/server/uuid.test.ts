import { expect, test } from "vitest";
import { isUuid, newRowId } from "../../server/uuid.ts";

test("ids of rows are UUIDs of the time, and no two are the same", () => {
  const before = Date.now();
  const ids = Array.from({ length: 10_000 }, newRowId);
  const after = Date.now();
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every(isUuid)).toBe(true);
  const times = ids.map((id) => Number.parseInt(id.replace("-", "").slice(0, 12), 16));
  expect(times.every((time) => before <= time && time <= after)).toBe(true);
});
