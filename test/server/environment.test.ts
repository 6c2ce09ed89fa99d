import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { Environment, readEnvironment } from "../../server/environment.ts";

function folder(env?: string): string {
  const path = mkdtempSync(join(tmpdir(), "enrich-env-"));
  if (env !== undefined) writeFileSync(join(path, ".env"), env);
  return path;
}

/** The ids of the root keys that ROOT_KEY is read as. */
function idsOf(text: string): readonly string[] | undefined {
  const read = readEnvironment({ ROOT_KEY: text }, folder());
  return "environment" in read ? read.environment.ROOT_KEY?.map(({ id }) => id) : read.problems;
}

describe("the settings", () => {
  test("have a default each, so that an empty environment serves on this machine only", () => {
    const read = readEnvironment({}, folder());
    expect(read).toMatchObject({
      environment: {
        HOST: "127.0.0.1",
        PORT: 3000,
        DATA_DIR: resolve("data"),
        LOG_LEVEL: "info",
        SILENCE_MINUTES: 30,
      },
    });
  });

  test("come from .env where the environment leaves them open, and a variable set to nothing is left open", () => {
    const read = readEnvironment({ PORT: "4000", LOG_LEVEL: "" }, folder("PORT=5000\nLOG_LEVEL=warn\n"));
    expect(read).toMatchObject({ environment: { PORT: 4000, LOG_LEVEL: "warn" } });
  });

  test("in the example file are exactly the known ones, commented out or not, and valid", () => {
    const example = readFileSync(".env.example", "utf8");
    const lines = example.split("\n").map((line) => line.replace(/^# (?=[A-Z_]+=)/u, ""));
    const read = readEnvironment({}, folder(lines.join("\n")));
    const stated = lines.flatMap((line) => /^([A-Z_]+)=/u.exec(line)?.[1] ?? []);
    expect(read).toHaveProperty("environment");
    expect(stated.toSorted()).toEqual(Object.keys(Environment.shape).toSorted());
  });

  test("take one root key or several, of which the first is for what is new", () => {
    const [a, b] = [1, 2].map((fill) => Buffer.alloc(32, fill).toString("base64"));
    expect(idsOf(`${a}`)).toHaveLength(1);
    expect(idsOf(`${a}, ${b}`)?.toReversed()).toEqual(idsOf(`${b},${a}`));
  });

  test.each([
    ["PORT", "http"],
    ["PORT", "70000"],
    ["PORT", "-1"],
    ["DATABASE_URL", "mysql://root:s3cret@localhost/x"],
    ["DATABASE_URL", "not an address s3cret"],
    ["LOG_LEVEL", "loud"],
    ["SILENCE_MINUTES", "0"],
    ["SILENCE_MINUTES", "1.5"],
    ["DEFAULT_REGION", "Australia"],
    ["ROOT_KEY", "s3cret"],
    ["ROOT_KEY", `${Buffer.alloc(32).toString("base64")},s3cret`],
    ["ROOT_KEY", Buffer.alloc(16).toString("base64")],
    ["KMS_URL", "http://kms.example"],
    ["TRUST_PROXY", "everybody"],
    ["TRUST_PROXY", "99"],
    ["TRUST_PROXY", "10.0.0.0/99"],
    ["ALLOW_PRIVATE_WEBHOOKS", "maybe"],
    ["AUDIT_ROOTS_URL", "s3cret"],
    ["AUDIT_ROOTS_SECRET", "whsec_s3cret"],
    ["KMS_URL", "https://user:s3cret@kms.example"],
  ])("refuse %s=%s with a sentence that names the variable and keeps secrets to itself", (name, value) => {
    const read = readEnvironment({ [name]: value }, folder());
    const problems = "problems" in read ? read.problems : [];
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} must be `, "u"));
    expect(problems[0]).not.toContain("s3cret");
  });
});
