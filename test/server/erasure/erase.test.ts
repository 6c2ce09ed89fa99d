import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CustomerDetail } from "../../../server/customers/contract.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import type { Database } from "../../../server/database/database.ts";
import { canonicalJson, verifiesErasure } from "../../../server/erasure/certificate.ts";
import { Erasure, ErasurePage, PublicKeys } from "../../../server/erasure/contract.ts";
import { OF_CONVERSATIONS, OF_CUSTOMERS } from "../../../server/erasure/destroy.ts";
import { dumpOf, leaksIn, tablesOf } from "../../support/canaries.ts";
import { openerOf } from "../../support/opened-rows.ts";
import { defaultPack } from "../../support/packs.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { startServer } from "../http/start-server.ts";
import type { TestServer } from "../http/start-server.ts";

const UNKNOWN = "01890000-0000-7000-8000-000000000000";

/** What may name somebody who was erased: by id alone. */
const LEDGERS = ["audit_events", "erasures"];
const CHAIN = ["audit_leaves", "audit_seals"]; // names conversations, and that they are erased

describe.each(DATABASE_KINDS)("erasing on %s", (kind) => {
  let database: Database;
  let server: TestServer;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
    server = await startServer(database, await defaultPack());
  });
  afterAll(async () => {
    await server.close();
    await database.close();
  });

  const eraseOver = (id: string, body: object) =>
    server.fetch(`/v1/customers/${id}`, { method: "DELETE", body: JSON.stringify(body) });

  test("it asks for the id once more, and says so", async () => {
    const { customer } = await server.chat({ handle: "confirm", text: "my name is Mike" });
    const id = customer?.id ?? "";
    const other = await eraseOver(id, { confirm: UNKNOWN });
    expect([other.status, other.body.code, other.body.errors]).toEqual([
      400,
      "invalid_request",
      [{ pointer: "/confirm", detail: expect.stringContaining("once more") }],
    ]);
    expect((await eraseOver(id, {})).body.errors).toMatchObject([{ pointer: "/confirm" }]);
    expect((await eraseOver(id, { confirm: id, force: true })).status).toBe(400);
    expect((await eraseOver(UNKNOWN, { confirm: UNKNOWN })).body.code).toBe("customer_not_found");
    expect((await eraseOver("x", { confirm: "x" })).body.code).toBe("customer_not_found");
    expect((await server.fetch(`/v1/customers/${id}`)).status).toBe(200);
    expect((await server.fetch(`/v1/customers/${id}`, { method: "PUT" })).headers.get("allow")).toContain(
      "DELETE",
    );
    expect((await eraseOver(id, { confirm: id.toUpperCase() })).status).toBe(200);
    expect((await eraseOver(id, { confirm: id })).body.code).toBe("customer_not_found");
  });

  test("nothing of the person is left in any table: no value, no key, no index entry, no id but in the ledgers", async () => {
    const handles = ["canary-handle-widget", "canary-handle-line"];
    const texts = [
      "Hi, my name is Zebulon Quagmire and my email is zebulon@canary.example",
      "my phone is +61 412 345 678, the walnut piano is too loud",
      "my name is Zeb, no thanks, I'd rather not give my phone number; my email is zebulon@canary.example",
    ];
    const first = await server.chat({ handle: handles[0], text: texts[0], messageId: "canary-message-1" });
    await server.chat({ handle: handles[0], text: texts[1], platform: "api" });
    const second = await server.chat({ handle: handles[1], text: texts[2], platform: "line" });
    const refusal = "no thanks, I'd rather not give my phone number";
    await server.chat({ handle: handles[1], text: refusal, platform: "line" });
    const bystander = await server.chat({ handle: "b", text: "my email is else@work.example" });
    const id = first.customer?.id ?? "";
    expect(second.customer?.id).toBe(id);

    const workspaceId = await workspaceIdOf(database, server, id);
    const keys = await openerOf(database, workspaceId);
    const secrets = [id, first.conversationId, second.conversationId].map((subject) =>
      keys.keyOf(subject).secret.export().toString("hex"),
    );
    const before = await dumpOf(database, workspaceId);
    const stored = await wrappedKeysOf(database, workspaceId, [
      id,
      first.conversationId,
      second.conversationId,
    ]);
    expect(stored).toHaveLength(3);

    const { status, body } = await eraseOver(id, { confirm: id });
    expect(status).toBe(200);
    const { certificate } = Erasure.parse(body);
    expect(certificate).toMatchObject({
      subject: { kind: "customer", id },
      cause: "request",
      by: { kind: "api_key" },
      destroyed: {
        customers: 1,
        customer_activity: 1,
        conversations: 2,
        turns: 4,
        handles: 2,
        data_keys: 3,
        refusals: 1,
      },
    });
    expect(certificate.destroyed["messages"]).toBeGreaterThanOrEqual(3);
    expect(certificate.destroyed["claims"]).toBeGreaterThanOrEqual(5);
    expect(certificate.keys.map((key) => key.id).toSorted()).toEqual(
      [id, first.conversationId, second.conversationId].toSorted(),
    );

    const after = await dumpOf(database, workspaceId);
    const canaries = [
      ...handles,
      ...texts,
      "Zebulon",
      "Quagmire",
      "canary.example",
      "412345678",
      "0412 345",
      "walnut",
      "canary-message-1",
      ...secrets,
      ...stored,
    ];
    const gone = rowsOf(before).filter((row) => !rowsOf(after).includes(row));
    const ids = [id, first.conversationId, second.conversationId];
    const leaks = [...after].flatMap(([table, rows]) =>
      // The rules' own examples have such words, too.
      leaksIn(
        table === "rule_packs" ? "" : rows.join("\n"),
        [...LEDGERS, ...CHAIN].includes(table) ? canaries : [...canaries, ...ids],
      ).map((leak) => `${leak} in ${table}`),
    );
    expect(leaks).toEqual([]);
    // As many rows went as the certificate says, and nobody else's.
    const total = Object.values(certificate.destroyed).reduce((sum, count) => sum + count, 0);
    expect(gone).toHaveLength(total);
    expect(leaksIn(server.log(), canaries)).toEqual([]);
    expect((await server.fetch(`/v1/conversations/${first.conversationId}`)).status).toBe(404);
    expect((await server.fetch(`/v1/customers/${bystander.customer?.id}`)).status).toBe(200);
  });

  test("every table that has something of a customer or a conversation is destroyed with it", async () => {
    const { rows } = await database.knex.raw(
      `select relname::text as table from pg_class join pg_attribute on attrelid = pg_class.oid
       where relkind = 'r' and relnamespace = current_schema()::regnamespace and attnum > 0 and not attisdropped
         and (attname ~ '(customer|conversation|subject|survivor|absorbed)_id$' or relname in ('customers', 'conversations'))`,
    );
    const found = new Set<string>(rows.map((row: { readonly table: string }) => row.table));
    const destroyed = new Set([...Object.keys(OF_CONVERSATIONS), ...Object.keys(OF_CUSTOMERS)]);
    const known = [...destroyed, "data_keys", ...LEDGERS];
    expect([...found].toSorted()).toEqual(known.toSorted());
    expect((await tablesOf(database)).filter((table) => known.includes(table)).toSorted()).toEqual(
      known.toSorted(),
    );
  });

  test("the certificate can be verified by whoever has the public key, and a changed one cannot", async () => {
    const { customer } = await server.chat({ handle: "signed", text: "my name is Mike" });
    const id = customer?.id ?? "";
    const erasure = Erasure.parse((await eraseOver(id, { confirm: id })).body);
    const keys = PublicKeys.parse((await server.fetch("/v1/erasures/public-key")).body);
    expect(keys).toMatchObject({ keyId: erasure.keyId, algorithm: "Ed25519", earlier: [] });
    expect(verifiesErasure(erasure, keys.publicKey)).toBe(true);
    const changed = { ...erasure, certificate: { ...erasure.certificate, at: "2020-01-01T00:00:00.000Z" } };
    expect(verifiesErasure(changed, keys.publicKey)).toBe(false);
    expect(verifiesErasure(erasure, "no key")).toBe(false);

    const folder = mkdtempSync(join(tmpdir(), "enrich-certificate-"));
    const file = (name: string, content: string | Buffer) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const signed = canonicalJson(erasure.certificate);
    expect(signed.startsWith('{"at":"')).toBe(true);
    const verified = execFileSync("openssl", [
      "pkeyutl",
      "-verify",
      "-pubin",
      "-rawin",
      "-inkey",
      file("key.pem", keys.publicKey),
      "-in",
      file("certificate", signed),
      "-sigfile",
      file("signature", Buffer.from(erasure.signature, "base64")),
    ]);
    expect(verified.toString()).toContain("Verified Successfully");
  });

  test("erasures are listed, the latest first, page by page, and read one by one", async () => {
    const ids: string[] = [];
    for (const handle of ["list-1", "list-2", "list-3"]) {
      const { customer } = await server.chat({ handle, text: "my name is Mike" });
      const { certificate } = Erasure.parse(
        (await eraseOver(customer?.id ?? "", { confirm: customer?.id })).body,
      );
      ids.unshift(certificate.id);
    }
    const first = ErasurePage.parse((await server.fetch("/v1/erasures?limit=2")).body);
    expect(first.erasures.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = ErasurePage.parse((await server.fetch(`/v1/erasures?cursor=${first.nextCursor}`)).body);
    expect(second.erasures[0]?.id).toBe(ids[2]);
    expect(second.nextCursor).toBeNull();
    const one = Erasure.parse((await server.fetch(`/v1/erasures/${ids[0]}`)).body);
    expect(one.certificate.id).toBe(ids[0]);
    expect((await server.fetch(`/v1/erasures/${UNKNOWN}`)).body.code).toBe("erasure_not_found");
    expect((await server.fetch("/v1/erasures?cursor=x")).body.errors).toMatchObject([{ pointer: "?cursor" }]);
  });

  test("it is audited, with who did it", async () => {
    const { customer } = await server.chat({ handle: "audited", text: "my name is Mike" });
    const id = customer?.id ?? "";
    const erasure = Erasure.parse((await eraseOver(id, { confirm: id })).body);
    const events = await inWorkspace(database, erasure.certificate.workspaceId, (tx) =>
      tx.raw("select actor_kind, action, details from audit_events where subject_id = :id", { id }),
    );
    expect(events).toEqual([
      {
        actor_kind: "api_key",
        action: "customer.erased",
        details: { erasure: erasure.certificate.id, cause: "request", conversations: 1 },
      },
    ]);
  });

  test("a handle that is another customer's, too, keeps that, and its next message goes on there", async () => {
    const first = await server.chat({ handle: "shared", text: "my email is one@work.example" });
    const second = await server.chat({
      handle: "shared",
      text: "my email is two@work.example",
      newConversation: true,
    });
    expect(second.customer?.id).not.toBe(first.customer?.id);
    const id = second.customer?.id ?? "";
    const { certificate } = Erasure.parse((await eraseOver(id, { confirm: id })).body);
    expect(certificate.destroyed).toMatchObject({ handles: 0, conversations: 1 });
    const next = await server.chat({ handle: "shared", text: "do you have parking?" });
    expect(next.customer).toMatchObject({ id: first.customer?.id, known: { email: "one@work.example" } });
    const detail = CustomerDetail.parse((await server.fetch(`/v1/customers/${first.customer?.id}`)).body);
    expect(detail.email).toBe("one@work.example");
  });
});

const rowsOf = (dump: ReadonlyMap<string, readonly string[]>) =>
  [...dump].flatMap(([table, rows]) => rows.map((row) => `${table} ${row}`));

/** The workspace of the server's key, by a customer of it. */
async function workspaceIdOf(database: Database, server: TestServer, customerId: string): Promise<string> {
  const [, workspaceId = ""] = /"workspaceId":"([0-9a-f-]{36})"/u.exec(server.log()) ?? [];
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    tx.raw("select 1 as found from customers where id = :customerId", { customerId }),
  );
  expect(rows).toHaveLength(1);
  return workspaceId;
}

/** As they stand in the table, in hexadecimal. */
async function wrappedKeysOf(
  database: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<readonly string[]> {
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    tx.raw<{ readonly hex: string }>(
      "select encode(wrapped, 'hex') as hex from data_keys where subject_id = any(cast(:ids as uuid[]))",
      { ids },
    ),
  );
  return rows.map(({ hex }) => hex);
}
