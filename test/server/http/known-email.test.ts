/** "Typing a known email is byte-identical to typing an unknown one": held over HTTP, byte for byte. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { defaultPack } from "../../support/packs.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "./start-server.ts";

const script = (email: string) => [
  "Can you email me your price list?",
  `it's ${email}`,
  "I'd like to book an appointment for Tuesday",
  "what do you know about me?",
  `sorry, it's ${email}`,
];

describe.each(DATABASE_KINDS)("on %s", (kind) => {
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

  const say = (handle: string, text: string, more: object = {}) =>
    server.fetch("/v1/chat", {
      method: "POST",
      body: JSON.stringify({ handle, platform: "web_widget", text, at: "2026-01-01T09:00:00Z", ...more }),
    });

  /** What a conversation is answered, but for what differs between any two: its own ids and the time. */
  async function answersTo(handle: string, texts: readonly string[], more: object = {}): Promise<string> {
    const answers: string[] = [];
    for (const text of texts) {
      const { status, headers, text: bytes, body } = await say(handle, text, more);
      const ours = [...headers].filter(([name]) => !/^(?:date|x-request-id|ratelimit)$/u.test(name));
      answers.push(JSON.stringify([status, ours, bytes.replaceAll(body.conversationId, "conversation")]));
    }
    return answers.join("\n");
  }

  test.each([{}, { trace: true }, { respond: false }])(
    "a known and an unknown email are answered with the same bytes, with %j",
    async (more) => {
      const name = JSON.stringify(more).replaceAll(/\W/gu, "") || "plain";
      // As long as the other, known from another platform with a name and a phone number, and to staff.
      const known = `kim.${name}@known.example`;
      const unknown = `kim.${name}@other.example`;
      const kim = { handle: `kim ${name}`, platform: "line" };
      const { customer } = await server.chat({ ...kim, text: `Kim Doe here, my email is ${known}` });
      await server.chat({ ...kim, text: "my number is +61 412 345 678" });
      await server.fetch(`/v1/customers/${customer?.id}/tags/vip`, { method: "PUT" });

      const toKnown = await answersTo(`a ${name}`, script(known), more);
      const toUnknown = await answersTo(`b ${name}`, script(unknown), more);
      expect(toKnown.replaceAll("@known", "@other")).toBe(toUnknown);
      expect(toKnown).not.toContain("Doe");
      expect(toKnown).not.toContain(customer?.id);
      expect(toKnown).not.toContain("412");
    },
  );
});
