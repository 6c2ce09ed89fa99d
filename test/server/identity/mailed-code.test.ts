/** Codes that are mailed, over HTTP and a real mail server on the loopback interface. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import {
  CODE_MS,
  CODES_AN_HOUR_MAX,
  createChallenge,
  TRIES_MAX,
} from "../../../server/identity/challenges.ts";
import { smtpMailer, type Mailer } from "../../../server/identity/mailer.ts";
import { verifyCode } from "../../../server/identity/verify-code.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import { chat } from "../../../server/turn/chat.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { startMailServer, type MailServer } from "./mail-server.ts";

const ACTOR = { kind: "api_key", id: "test" } as const;
const codeIn = (text: string) => /Your code is (\d{3} \d{3})\./u.exec(text)?.[1] ?? "";
/** Another six digits than these. */
const other = (code: string) => code.replace(/\d$/u, (digit) => String((Number(digit) + 1) % 10));

describe.each(DATABASE_KINDS)("a mailed code, on %s", (kind) => {
  let database: Database;
  let server: TestServer;
  let mail: MailServer;
  let mailer: Mailer;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
    mail = await startMailServer();
    mailer = smtpMailer(mail.url, "hello@shop.example");
    server = await startServer(database, await defaultPack(), mailer);
  });
  afterAll(async () => {
    mailer.close();
    await server.close();
    await mail.close();
    await database.close();
  });

  const post = (path: string, body: object) =>
    server.fetch(path, { method: "POST", body: JSON.stringify(body) });
  const challenge = async (conversationId: string, email: string) => {
    const before = mail.mails.length;
    const answer = await post("/v1/identity/challenge", { conversationId, email });
    return { answer, mailed: mail.arrived(before + 1) };
  };

  test("links the conversation as verified, once, and the person is known from then on", async () => {
    const claimed = await server.chat({
      handle: "m",
      platform: "line",
      text: "my email is mia@work.example",
    });
    const { conversationId } = await server.chat({ handle: "mia", text: "Hi" });
    const { answer, mailed } = await challenge(conversationId, "Mia@Work.example");
    expect(answer.status).toBe(202);
    const { to, text } = await mailed;
    expect(to).toBe("mia@work.example");
    const given = { challengeId: answer.body.challengeId, code: codeIn(text) };
    const wrong = await post("/v1/identity/verify", { ...given, code: other(given.code) });
    expect([wrong.status, wrong.body]).toEqual([200, { verified: false }]);
    expect((await post("/v1/identity/verify", given)).body).toEqual({ verified: true });
    expect((await post("/v1/identity/verify", given)).body).toEqual({ verified: false });

    const next = await server.chat({ handle: "mia", text: "Can you email me your price list?" });
    expect(next.conversationId).toBe(conversationId);
    expect([next.customer?.id, next.reasons["email"]]).toEqual([claimed.customer?.id, "known"]);
    const { body } = await server.fetch(`/v1/customers/${next.customer?.id}`);
    expect(body.conversations).toMatchObject([{ linkTrust: "claimed" }, { linkTrust: "verified" }]);
    expect(body.provenance.map(({ extractor }: { extractor: string }) => extractor)).toContain("mailed_code");
  });

  test("is answered the same for an address that a customer has and one that nobody has", async () => {
    await server.chat({ handle: "n", text: "my email is ned@work.example" });
    const { conversationId } = await server.chat({ handle: "asks", text: "Hi" });
    const answers = [];
    for (const email of ["ned@work.example", "nobody@work.example"]) {
      const { answer, mailed } = await challenge(conversationId, email);
      await mailed;
      const plain = answer.text.replace(answer.body.challengeId, "").replace(answer.body.expiresAt, "");
      answers.push([answer.status, plain]);
    }
    expect(answers[1]).toEqual(answers[0]);
    const unknown = await post("/v1/identity/verify", {
      challengeId: "00000000-0000-7000-8000-000000000000",
      code: "123456",
    });
    expect([unknown.status, unknown.body]).toEqual([200, { verified: false }]);
  });

  test("is not mailed without end, and the answer does not tell", async () => {
    const { conversationId } = await server.chat({ handle: "often", text: "Hi" });
    const before = mail.mails.length;
    for (let nth = 1; nth <= CODES_AN_HOUR_MAX; nth += 1) {
      await (
        await challenge(conversationId, `often${nth}@work.example`)
      ).mailed;
    }
    const one = await post("/v1/identity/challenge", { conversationId, email: "often@work.example" });
    expect([one.status, Object.keys(one.body)]).toEqual([202, ["challengeId", "expiresAt"]]);
    const { conversationId: another } = await server.chat({ handle: "another", text: "Hi" });
    await (
      await challenge(another, "fresh@work.example")
    ).mailed;
    expect(mail.mails.length - before).toBe(CODES_AN_HOUR_MAX + 1);
  });

  test("bad requests are refused with the reason", async () => {
    const { conversationId } = await server.chat({ handle: "bad", text: "Hi" });
    const bodies: readonly (readonly [object, number])[] = [
      [{ conversationId, email: "mia" }, 400],
      [{ conversationId: "1", email: "mia@work.example" }, 400],
      [{ conversationId: "00000000-0000-7000-8000-000000000000", email: "mia@work.example" }, 404],
    ];
    for (const [body, status] of bodies) {
      expect((await post("/v1/identity/challenge", body)).status).toBe(status);
    }
    const short = await post("/v1/identity/verify", { challengeId: conversationId, code: "12" });
    expect(short.status).toBe(400);
  });

  describe("at its limits", () => {
    const NOW = Date.UTC(2026, 0, 1);
    async function begin() {
      const store = storeOf(database);
      const workspaceId = await createWorkspace(database, "codes", NOW);
      const request = ChatRequest.parse({ handle: "a", text: "Hi" });
      const { conversationId } = await chat(store, await defaultPack(), workspaceId, request, NOW);
      const made = await createChallenge(
        store,
        workspaceId,
        { conversationId, email: "a@work.example" },
        NOW,
      );
      const code = codeIn(made.mail?.text ?? "");
      const give = (digits: string, at = NOW) =>
        verifyCode(store, workspaceId, { challengeId: made.challengeId, code: digits }, ACTOR, at);
      return { code, give };
    }

    test("it holds for ten minutes", async () => {
      const late = await begin();
      expect(await late.give(late.code, NOW + CODE_MS)).toBe(false);
      const intime = await begin();
      expect(await intime.give(intime.code, NOW + CODE_MS - 1)).toBe(true);
    });

    test("after five wrong tries, at once or one by one, the right one is wrong too", async () => {
      const { code, give } = await begin();
      const tries = await Promise.all(Array.from({ length: TRIES_MAX }, () => give(other(code))));
      expect(tries).toEqual(tries.map(() => false));
      expect(await give(code)).toBe(false);
    });

    test("of several who give the right one at once, one is right", async () => {
      const { code, give } = await begin();
      const given = await Promise.all(Array.from({ length: 4 }, () => give(code)));
      expect(given.filter(Boolean)).toEqual([true]);
    });
  });
});

test("without a mail server, the answer says what to set", async () => {
  const database = await openTestDatabase("pglite");
  const server = await startServer(database, await defaultPack());
  const { conversationId } = await server.chat({ handle: "m", text: "Hi" });
  const body = JSON.stringify({ conversationId, email: "mia@work.example" });
  const answer = await server.fetch("/v1/identity/challenge", { method: "POST", body });
  expect([answer.status, answer.body.code]).toEqual([409, "mail_not_configured"]);
  await server.close();
  await database.close();
});
