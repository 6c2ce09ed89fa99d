import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { PersonExport } from "../../../server/exports/contract.ts";
import { exportCustomers } from "../../../server/exports/export-customers.ts";
import { sealProfile } from "../../../server/customers/sealed.ts";
import { newDataKey } from "../../../server/privacy/keyring.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { v7 } from "uuid";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { startServer } from "../http/start-server.ts";
import type { TestServer } from "../http/start-server.ts";

describe.each(DATABASE_KINDS)("exports on %s", (kind) => {
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

  const workspaceId = () => /"workspaceId":"([0-9a-f-]{36})"/u.exec(server.log())?.[1] ?? "";
  const verify = (conversationId: string) =>
    inWorkspace(database, workspaceId(), (tx) =>
      tx.raw("update conversations set link_trust = 'verified' where id = :conversationId", {
        conversationId,
      }),
    );

  test("one person: values with provenance, refusals, and every conversation with its messages", async () => {
    const first = await server.chat({
      handle: "visitor",
      platform: "web_widget",
      text: "My name is Mike, my email is mike@work.example",
      messageId: "m1",
    });
    await server.chat({
      handle: "visitor",
      platform: "web_widget",
      text: "I'd rather not give my phone number",
    });
    await server.chat({
      handle: "line-user",
      platform: "line",
      text: "I'm Anna, my email is mike@work.example",
    });
    const id = first.customer?.id ?? "";
    const answer = await server.fetch(`/v1/customers/${id}/export`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(answer.headers.get("content-disposition")).toBe(`attachment; filename=customer-${id}.json`);
    const person = PersonExport.parse(answer.body);
    expect(person).toMatchObject({
      verifiedOnly: false,
      customer: { id, values: { name: "Mike", email: "mike@work.example" }, conflicts: { name: ["Anna"] } },
      refusals: [{ field: "phone", conversationId: first.conversationId }],
    });
    expect(
      person.provenance.map(({ field, value, link, standing }) => [field, value, link, standing]),
    ).toEqual([
      ["name", "Mike", "claimed", "current"],
      ["email", "mike@work.example", "claimed", "agreeing"],
      ["name", "Anna", "claimed", "conflicting"],
      ["email", "mike@work.example", "claimed", "current"],
    ]);
    expect(person.conversations.map(({ platform, handle, link }) => [platform, handle, link])).toEqual([
      ["web_widget", "visitor", "claimed"],
      ["line", "line-user", "claimed"],
    ]);
    const [message] = person.conversations[0]?.messages ?? [];
    expect(message).toMatchObject({ seq: 1, role: "customer", messageId: "m1", turn: 1 });
    const said = person.provenance[0];
    expect(message?.text.slice(said?.span?.start, said?.span?.end)).toBe("Mike");

    // Only what is proved: nothing of the claimed conversation shines through.
    const second = person.conversations[1]?.id ?? "";
    await verify(second);
    const verified = await server.fetch(`/v1/customers/${id}/export?verifiedOnly=true`);
    expect(PersonExport.parse(verified.body)).toMatchObject({
      verifiedOnly: true,
      customer: { values: { name: "Anna", email: "mike@work.example" }, conflicts: {} },
      refusals: [],
      conversations: [{ id: second, link: "verified" }],
    });
    expect(verified.text).not.toContain("Mike");
    expect(verified.text).not.toContain("visitor");
  });

  test("a long conversation comes whole, in order", async () => {
    const { customer, conversationId } = await server.chat({ handle: "long", text: "my name is Mike" });
    for (let n = 0; n < 520; n += 1) {
      await server.chat({ handle: "long", text: `line ${n}`, role: "agent", conversationId });
    }
    const person = PersonExport.parse((await server.fetch(`/v1/customers/${customer?.id}/export`)).body);
    const messages = person.conversations[0]?.messages ?? [];
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
    expect(messages.at(-1)?.text).toBe("line 519");
  });

  test("who is not there, and what is no option, is said before anything is sent", async () => {
    const nobody = await server.fetch("/v1/customers/01890000-0000-7000-8000-000000000000/export");
    expect([nobody.status, nobody.body.code]).toEqual([404, "customer_not_found"]);
    expect((await server.fetch("/v1/customers/x/export")).body.code).toBe("customer_not_found");
    expect((await server.fetch("/v1/customers/export.csv?bom=yes")).body.errors).toEqual([
      { pointer: "?bom", detail: "must be one of true, false" },
    ]);
    expect((await server.fetch("/v1/customers/export.csv", { method: "POST" })).status).toBe(405);
    const unknown = "/v1/customers/01890000-0000-7000-8000-000000000000/export";
    const headers = { authorization: `Bearer ${server.key}` };
    expect((await fetch(server.url + unknown, { method: "HEAD", headers })).status).toBe(404);
    const head = await server.fetch("/v1/customers/export.csv", { method: "HEAD" });
    expect([head.status, head.text, head.headers.get("content-type")]).toEqual([
      200,
      "",
      "text/csv; charset=utf-8; header=present",
    ]);
  });

  test("everybody: as CSV, defused, with a byte order mark where it is asked for", async () => {
    const { customer } = await server.chat({
      handle: "csv",
      platform: "line",
      text: "my name is Zoë O'Hara, my phone is +61 412 345 678",
    });
    const answer = await server.fetch("/v1/customers/export.csv");
    expect(answer.headers.get("content-disposition")).toBe("attachment; filename=customers.csv");
    const rows: Record<string, string>[] = parse(answer.text, { columns: true });
    expect(Object.keys(rows[0] ?? {})).toEqual([
      "id",
      "name",
      "email",
      "phone",
      "unvalidated",
      "platforms",
      "first_at",
      "last_at",
      "conversation_count",
    ]);
    expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toSorted());
    expect(rows.find(({ id }) => id === customer?.id)).toMatchObject({
      name: "Zoë O'Hara",
      email: "",
      phone: "'+61412345678",
      unvalidated: "",
      platforms: "line",
      conversation_count: "1",
    });
    const response = await fetch(`${server.url}/v1/customers/export.csv?bom=true`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.subarray(0, 3).toString("hex")).toBe("efbbbf");
    expect(bytes.subarray(3).toString()).toBe(answer.text);
  });

  test("both are audited with who asked, and name nothing personal", async () => {
    const { customer } = await server.chat({ handle: "audited", text: "my name is Mike" });
    await server.fetch(`/v1/customers/${customer?.id}/export`);
    await server.fetch("/v1/customers/export.csv");
    const events = await inWorkspace(database, workspaceId(), (tx) =>
      tx.raw<{ readonly action: string; readonly details: object }>(
        "select action, actor_kind, details from audit_events order by at desc, id desc limit 2",
      ),
    );
    expect(events.toSorted((a, b) => a.action.localeCompare(b.action))).toEqual([
      {
        action: "customer.exported",
        actor_kind: "api_key",
        details: { verifiedOnly: false, conversations: 1 },
      },
      { action: "customers.exported", actor_kind: "api_key", details: { format: "csv", filtered: false } },
    ]);
  });

  test("a filter is that of the list, in the list's order; one that is none is refused", async () => {
    await server.chat({ handle: "filter 1", platform: "telegram", text: "my name is Quillon Ashby" });
    await server.chat({ handle: "filter 2", platform: "telegram", text: "my name is Quillon Birch" });
    const names = async (query: string) => {
      const { text } = await server.fetch(`/v1/customers/export.csv?${query}`);
      const rows: Record<string, string>[] = parse(text, { columns: true });
      return rows.map((row) => row["name"]);
    };
    expect(await names("q=quillon&platform=telegram")).toEqual(["Quillon Birch", "Quillon Ashby"]);
    expect(await names("q=quillon&sort=first&order=asc")).toEqual(["Quillon Ashby", "Quillon Birch"]);
    expect(await names("q=nobody")).toEqual([]);
    expect((await server.fetch("/v1/customers/export.csv?platform=fax")).status).toBe(400);
    expect((await server.fetch("/v1/customers/export.csv?limit=2")).status).toBe(400);
  });

  test("many are read in batches, each once", async () => {
    const id = await createWorkspace(database, "many", 0);
    const ids = await fill(database, id, 2_500);
    const asked = {
      fields: ["name", "size"],
      bom: false,
      actor: { kind: "operator", id: "test" },
      now: 0,
    } as const;
    const pieces: string[] = [];
    for await (const piece of exportCustomers(storeOf(database), id, { ...asked, filter: null })) {
      pieces.push(piece);
    }
    expect(pieces).toHaveLength(4); // the header, and three batches
    const rows: Record<string, string>[] = parse(pieces.join(""), { columns: true });
    expect(rows.map((row) => row["id"])).toEqual(ids);
    const seventh = rows.find((row) => row["name"] === "Customer 7");
    expect(seventh).toMatchObject({ "details.size": "'=7", first_at: "", conversation_count: "0" });
  });
});

/** Customers without a conversation, and their ids in order. */
async function fill(database: Database, workspaceId: string, count: number): Promise<readonly string[]> {
  const keyring = await storeOf(database).keyrings.of(workspaceId);
  const made = Array.from({ length: count }, (_, n) => {
    const id = v7();
    const { key, row } = newDataKey(keyring, id);
    const profile = {
      values: { name: `Customer ${n}`, size: `=${n}` },
      unvalidated: [],
      verified: [],
      conflicts: {},
    };
    return {
      id,
      profile: sealProfile(workspaceId, key, id, profile).toString("hex"),
      wrapped: Buffer.from(row.key_wrapped).toString("hex"),
    };
  });
  await inWorkspace(database, workspaceId, async (tx) => {
    const bindings = { workspaceId, made: JSON.stringify(made) };
    const rows = "json_to_recordset(cast(:made as json)) as made (id uuid, profile text, wrapped text)";
    await tx.raw(
      `insert into customers (workspace_id, id, index_version, profile, fields, tokens, created_at, updated_at)
       select :workspaceId, id, 1, decode(profile, 'hex'), '{}', '{}', now(), now() from ${rows}`,
      bindings,
    );
    await tx.raw(
      `insert into data_keys (workspace_id, subject_id, workspace_key_version, wrapped)
       select :workspaceId, id, 1, decode(wrapped, 'hex') from ${rows}`,
      bindings,
    );
  });
  return made.map(({ id }) => id).toSorted();
}
