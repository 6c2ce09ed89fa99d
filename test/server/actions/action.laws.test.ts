/** DESIGN §1 "The action", as a model that any sequence of messages and changes is held to, through two servers on one database. */
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RulePack } from "../../../engine/rules/pack.ts";
import {
  PLANS,
  PAYMENT_STATUSES,
  type Plan,
  type PaymentStatus,
} from "../../../server/billing/plans-contract.ts";
import { replayAll } from "../../../server/replay/replay-all.ts";
import { createApiKey } from "../../../server/workspaces/api-keys.ts";
import { createWorkspace } from "../../../server/workspaces/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { useDatabase } from "../../support/test-databases.ts";
import { signedIn } from "../../support/signed-in.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import {
  AS_IT_IS,
  change,
  collectingOf,
  FIELDS,
  newModel,
  talking,
  type Configured,
  type Model,
} from "./action-model.ts";

const PATH = "/v1/actions/customer_enrichment";

const database = useDatabase("pglite");
let servers: readonly [TestServer, TestServer];
beforeAll(async () => {
  const pack: RulePack = await defaultPack();
  // A copy is another process to whatever remembers by the database.
  servers = [await startServer(database(), pack), await startServer({ ...database() }, pack)];
});
afterAll(() => Promise.all(servers.map((server) => server.close())));

/** A workspace of its own, through both servers. */
interface Real {
  readonly key: string;
  /** The headers of its owner's requests. */
  readonly owner: Readonly<Record<string, string>>;
  readonly conversations: Set<string>;
}
type Process = 0 | 1;
type Command = fc.AsyncCommand<Model, Real>;

async function send(
  real: Real,
  process: Process,
  method: string,
  path: string,
  body?: object,
  headers: object = {},
) {
  const signed = { ...("cookie" in headers ? {} : { authorization: `Bearer ${real.key}` }), ...headers };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return servers[process].fetch(path, { method, headers: signed, ...sent });
}

const TEXTS = { asks: "Can you email me your price list?", greets: "Hi", tells: "my email is" } as const;

const saying = (process: Process, handle: string, what: keyof typeof TEXTS, anew: boolean): Command => ({
  check: () => true,
  toString: () => `say(${process}, ${handle}, ${what}${anew ? ", new conversation" : ""})`,

  async run(model, real) {
    const person = talking(model, handle, anew);
    const collecting = collectingOf(model, person);
    const { collects, greetingAsks } = model.configured;
    const email = `p${(model.emails += 1)}@model.example`;
    const text = what === "tells" ? `${TEXTS.tells} ${email}` : TEXTS[what];
    const body = { handle: handle, text, newConversation: anew };
    const answer = await send(real, process, "POST", "/v1/chat", body);
    expect(answer.status === 200 || answer.text).toBe(true);
    const { reasons, request, findings, replies, customer, conversationId } = answer.body;
    real.conversations.add(conversationId);
    person.messages += 1;
    expect(replies).toHaveLength(1);
    expect(Object.keys(reasons).toSorted()).toEqual(collects.toSorted());

    if (collecting !== "on") {
      expect(new Set(Object.values(reasons))).toEqual(new Set([collecting]));
      expect([request, findings]).toEqual([null, []]);
    } else {
      for (const reason of Object.values(reasons))
        expect(reason).not.toMatch(/^(action_|not_entitled|started_)/u);
      if (what === "tells" && collects.includes("email")) person.email = email;
      const wanted =
        what === "asks" && collects.includes("email") ? "email" : what === "greets" ? greetingAsks : null;
      const isFirst = person.asked.size === 0;
      if (wanted !== null && isFirst) {
        expect(reasons[wanted]).toBe(wanted === "email" && person.email !== null ? "known" : "asked");
      }
      if (wanted === null && isFirst) expect(request).toBeNull();
      for (const field of FIELDS) if (reasons[field] === "asked") person.asked.add(field);
    }
    const known = person.email !== null && collects.includes("email") ? { email: person.email } : {};
    expect(customer?.known ?? {}).toEqual(known);
  },
});

const changing = (process: Process, how: "activate" | "enable" | "disable"): Command => ({
  check: () => true,
  toString: () => `${how}(${process})`,
  async run(model, real) {
    const { body } = await send(real, process, "POST", `${PATH}/${how}`);
    const expected = change(model, how);
    expect(body.code ?? body.status).toBe(expected);
  },
});

const add: Command = {
  check: () => true,
  toString: () => "add",
  async run(model, real) {
    const { body } = await send(real, 0, "POST", "/v1/actions", { action: "customer_enrichment" });
    expect(body.code ?? body.status).toBe(model.action === "available" ? "added" : "action_added");
    if (model.action === "available") model.action = "added";
  },
};

/** Upgrades, downgrades, lapses and payments. */
const paying = (process: Process, plan: Plan, status: PaymentStatus): Command => ({
  check: () => true,
  toString: () => `pay(${process}, ${plan}, ${status})`,
  async run(model, real) {
    const answer = await send(real, process, "PUT", "/v1/billing", { plan, status }, real.owner);
    expect(answer.status).toBe(200);
    Object.assign(model, { plan, status });
  },
});

const configuring = (process: Process, configured: Configured): Command => ({
  check: () => true,
  toString: () => `configure(${process}, ${JSON.stringify(configured)})`,
  async run(model, real) {
    const { collects, greetingAsks } = configured;
    const fields = collects.length === FIELDS.length ? null : collects.map((field) => ({ field }));
    const headers = { "if-match": "*" };
    const body = { fields, greetingAsks };
    const answer = await send(real, process, "PUT", `${PATH}/configuration`, body, headers);
    expect(answer.body.code ?? answer.status).toBe(model.action === "available" ? "action_not_added" : 200);
    if (model.action !== "available") model.configured = configured;
  },
});

const process = fc.constantFrom<Process>(0, 1);
const say = fc
  .tuple(
    process,
    fc.constantFrom("a", "b"),
    fc.constantFrom("asks" as const, "tells" as const, "greets" as const),
    fc.constantFrom(false, false, false, true),
  )
  .map((parts) => saying(...parts));
const changed = fc
  .tuple(process, fc.constantFrom("activate" as const, "enable" as const, "disable" as const))
  .map((parts) => changing(...parts));
const pay = fc
  .tuple(
    process,
    fc.constantFrom<Plan>("professional", ...PLANS),
    fc.constantFrom<PaymentStatus>("active", "active", "active", ...PAYMENT_STATUSES),
  )
  .map((parts) => paying(...parts));
const configure = fc
  .tuple(
    process,
    fc.constantFrom<Configured>(
      AS_IT_IS,
      { ...AS_IT_IS, greetingAsks: "name" },
      { collects: ["name", "phone"], greetingAsks: null },
    ),
  )
  .map((parts) => configuring(...parts));
// Most sequences would never get so far by chance.
const upToActive = [paying(0, "professional", "active"), add, changing(0, "activate")];
const beginnings: readonly (readonly Command[])[] = [
  [],
  upToActive.slice(0, 2),
  upToActive,
  [
    saying(0, "a", "asks", false),
    ...upToActive,
    saying(0, "a", "asks", false),
    saying(0, "a", "asks", false),
  ],
];

test("law: a message is collected from, or not and for which reason, as the action, the plan and the beginning of its conversation say", async () => {
  const commands = fc.commands([say, say, say, say, changed, pay, configure, fc.constant(add)], {
    maxCommands: 30,
    size: "max",
  });
  await fc.assert(
    fc.asyncProperty(commands, fc.constantFrom(...beginnings), async (all, beginning) => {
      const workspaceId = await createWorkspace(database(), "model", Date.now());
      const { key } = await createApiKey(database(), workspaceId, "model", Date.now());
      const model = newModel();
      const owner = await signedIn(database(), workspaceId, "owner");
      const real: Real = { key, owner, conversations: new Set() };
      for (const first of beginning) await first.run(model, real);
      await fc.asyncModelRun(() => ({ model, real }), all);

      let stored = 0;
      for (const id of real.conversations) {
        const { body } = await send(real, 0, "GET", `/v1/conversations/${id}?limit=500`);
        stored += body.messages.filter(({ role }: { role: string }) => role === "customer").length;
      }
      expect(stored).toBe([...model.persons.values()].reduce((sum, { messages }) => sum + messages, 0));
      const { body: customers } = await send(real, 0, "GET", "/v1/customers");
      expect(customers.total > 0).toBe([...model.persons.values()].some(({ email }) => email !== null));
      for await (const { outcome } of replayAll(storeOf(database()), workspaceId))
        expect(outcome).toBe("same");
    }),
    { numRuns: 10 },
  );
}, 120_000);
