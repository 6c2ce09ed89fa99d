import { describe, expect, test } from "vitest";
import { AppError } from "../../server/app-error.ts";
import { errorForLog } from "../../server/log.ts";

const CANARY = "canary.kiwi@birds.example";

describe("an error in the log", () => {
  test("of the database keeps its codes and places and loses the values that its message quotes", () => {
    const error = Object.assign(new Error(`insert into customers values ('${CANARY}') - duplicate key`), {
      code: "23505",
      constraint: "customers_email_key",
      table: "customers",
      detail: `Key (email_key)=(${CANARY}) already exists.`,
      parameters: [CANARY],
    });
    const logged = errorForLog(new Error("failed", { cause: error }));
    expect(JSON.stringify(logged)).not.toContain("canary");
    expect(logged).toMatchObject({
      type: "Error",
      cause: { type: "Error", code: "23505", constraint: "customers_email_key", table: "customers" },
    });
  });

  test("keeps where in the program it arose, even when its message looks like a place", () => {
    const error = new Error(`first line\n    at ${CANARY}`);
    const { frames } = errorForLog(error);
    expect(frames).toEqual(expect.arrayContaining([expect.stringContaining("log.test.ts")]));
    expect(JSON.stringify(frames)).not.toContain("canary");
  });

  test("that is for the caller keeps its sentence", () => {
    expect(errorForLog(new AppError("database_behind", "Run enrich migrate."))).toMatchObject({
      type: "AppError",
      code: "database_behind",
      message: "Run enrich migrate.",
    });
  });

  test("that is no Error says only what it is", () => {
    expect(errorForLog(CANARY)).toEqual({ type: "string" });
  });

  test("that causes itself is cut short", () => {
    const error = new Error("circle");
    error.cause = error;
    expect(JSON.stringify(errorForLog(error)).length).toBeLessThan(20_000);
  });
});
