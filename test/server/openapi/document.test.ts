import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PERMISSIONS } from "../../../server/access/permissions.ts";
import type { Database } from "../../../server/database/database.ts";
import { defaultPack } from "../../support/packs.ts";
import { openTestDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";

let database: Database;
let server: TestServer;

beforeAll(async () => {
  database = await openTestDatabase("pglite");
  server = await startServer(database, await defaultPack());
});

afterAll(async () => {
  await server.close();
  await database.close();
});

const open = { headers: { authorization: "" } };

test("the document is OpenAPI 3.1 to a validator, is there for anybody, and names every operation of the table once", async () => {
  const { status, body } = await server.fetch("/openapi.json", open);
  expect(status).toBe(200);
  const validator = new Validator();
  expect(await validator.validate(structuredClone(body))).toMatchObject({ valid: true });
  expect(validator.version).toBe("3.1");
  const operations = Object.values<object>(body.paths).flatMap((methods) => Object.values(methods));
  const ids = operations.map(({ operationId }) => operationId);
  expect(ids.toSorted()).toEqual(Object.keys(PERMISSIONS).toSorted());
});

test("it says who may, what must be sent and what may be answered", async () => {
  const { body } = await server.fetch("/openapi.json", open);
  const edit = body.paths["/v1/customers/{id}"].patch;
  expect(edit.description).toContain("API keys need the scope `customers:write`");
  expect(edit["x-roles"]).toEqual(["owner", "admin", "agent"]);
  expect(edit.security).toEqual([{ apiKey: [] }, { session: [] }]);
  expect(edit.parameters).toMatchObject([
    { name: "id", in: "path", required: true, schema: { format: "uuid" } },
    { name: "If-Match", in: "header", required: true },
    { name: "Idempotency-Key", in: "header", required: false },
  ]);
  expect(edit.requestBody.content["application/json"].schema).toEqual({
    $ref: "#/components/schemas/CustomerEdit",
  });
  expect(Object.keys(edit.responses)).toEqual([
    "200",
    "400",
    "401",
    "403",
    "404",
    "409",
    "412",
    "413",
    "415",
    "422",
    "428",
    "429",
    "500",
    "503",
  ]);
  expect(edit.responses[412].description).toBe("`edited_meanwhile`");
  expect(edit.responses[200].headers).toHaveProperty("ETag");
});

test("no part of a request or an answer is left open but what is open", async () => {
  const { body } = await server.fetch("/openapi.json", open);
  const found: string[] = [];
  const visit = (value: unknown, path: string) => {
    if (typeof value !== "object" || value === null) return;
    if (Object.keys(value).length === 0) found.push(path);
    for (const [key, part] of Object.entries(value)) if (key !== "default") visit(part, `${path}/${key}`);
  };
  visit(body.components.schemas, "");
  expect(found).toEqual(["/AuditEventView/properties/details/additionalProperties"]);
});
