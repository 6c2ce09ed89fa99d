import type { Role, Scope } from "../../../server/access/permission-contract.ts";
import { ROLES, SCOPES } from "../../../server/access/permission-contract.ts";
import { createClient, type Client } from "../../../server/client/client.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { tablesOf } from "../../support/canaries.ts";
import type { TestServer } from "../http/start-server.ts";
import { asKey, asMember, withBearer } from "./callers.ts";
import { createWorld, type Seed, type World } from "./world.ts";

/** Each kind of caller, by what it is called in the table of who may what. */
export type Callers = Readonly<Record<"none" | "bad key" | Role | `key: ${Scope}`, typeof globalThis.fetch>>;

export interface Two {
  readonly mine: World;
  readonly callers: Callers;
  readonly theirs: World;
  readonly theirWorkspaceId: string;
}

/** Two workspaces full of things, and everybody who may be in the first. */
export async function createTwo(database: Database, server: TestServer): Promise<Two> {
  const { url, workspaceId } = server;
  const theirWorkspaceId = await createWorkspace(database, "Theirs", Date.now());
  const member = (workspaceId: string, role: Role, name: string) =>
    asMember(database, url, { workspaceId, role, email: `${name}@team.example` });
  const members = await Promise.all(
    ROLES.map(async (role) => [role, await member(workspaceId, role, role)] as const),
  );
  const keys = await Promise.all(
    SCOPES.map(
      async (scope) => [`key: ${scope}`, await asKey(database, { workspaceId, scopes: [scope] })] as const,
    ),
  );
  const fill = async (workspaceId: string, seed: Omit<Seed, "memberId">) => {
    const { personId: memberId } = await member(workspaceId, "agent", `mia.${seed.mark}`);
    const owner = await member(workspaceId, "owner", `otto.${seed.mark}`);
    return createWorld(createClient({ url, fetch: owner.fetch }), { memberId, ...seed });
  };
  const callers = {
    none: withBearer(""),
    "bad key": withBearer(`${server.key.slice(0, -4)}AAAA`),
    ...Object.fromEntries(members.map(([role, { fetch }]) => [role, fetch])),
    ...Object.fromEntries(keys),
  } as Callers;
  return {
    mine: await fill(workspaceId, { mark: "wren", digit: 1, plan: "enterprise" }),
    theirs: await fill(theirWorkspaceId, { mark: "kestrel", digit: 9, plan: "professional" }),
    theirWorkspaceId,
    callers,
  };
}

export interface Answered {
  readonly status: number;
  readonly text: string;
}

/** Calls an operation in somebody's name, whatever comes of it. `text`: without what names the request. */
export async function send(
  url: string,
  fetch: typeof globalThis.fetch,
  id: string,
  call: object,
): Promise<Answered> {
  let answered: Answered = { status: 0, text: "" };
  const client: Client = createClient({
    url,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      const text = (await response.clone().text()).replace(/"instance":"[^"]*"/u, '"instance":""');
      answered = { status: response.status, text };
      return response;
    },
  });
  const methods: Readonly<Record<string, (call: object) => Promise<unknown>>> = client as never;
  await methods[id]?.(call).catch(() => {});
  return answered;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

/** The ids in a call, each with where it stands, as a path of keys. */
export function idsIn(call: unknown, path = ""): readonly (readonly [path: string, id: string])[] {
  if (typeof call === "string") return UUID.test(call) ? [[path, call]] : [];
  if (typeof call !== "object" || call === null) return [];
  return Object.entries(call).flatMap(([key, value]) => idsIn(value, path === "" ? key : `${path}.${key}`));
}

/** The same call with another id in the place of one, wherever that stands. */
export function withId<Call extends object>(call: Call, id: string, other: string): Call {
  return JSON.parse(JSON.stringify(call).replaceAll(id, other));
}

/** All rows of a workspace as text. */
export async function rowsOf(database: Database, workspaceId: string): Promise<string> {
  const tables = await tablesOf(database);
  return inWorkspace(database, workspaceId, async (tx) => {
    const all: string[] = [];
    for (const table of tables) {
      const rows = await tx.raw<{ readonly row: string }>(
        `select cast(t as text) as row from ${table} as t where workspace_id = :workspaceId order by 1`,
        { workspaceId },
      );
      all.push(`${table}:`, ...rows.map(({ row }) => row));
    }
    return all.join("\n");
  });
}

/** Row-level security is one of two walls; without it the queries' own conditions must hold alone. */
export async function withoutRowSecurity(database: Database): Promise<void> {
  for (const table of await tablesOf(database)) {
    await database.knex.raw(`alter table ?? no force row level security, disable row level security`, [
      table,
    ]);
  }
}

/** An id of nothing. */
export const NOBODY = "0199c0de-0000-7000-8000-000000000000";

/** Statuses of who may not. */
export const REFUSED: readonly number[] = [401, 403];

/** A call of each operation, by its id. */
export type Calls = readonly (readonly [id: string, call: object])[];

/** Every id in every call. */
export function placesIn(calls: Calls) {
  return calls.flatMap(([id, call]) =>
    [...new Set(idsIn(call).map(([, mine]) => mine))].map((mine) => ({ id, call, mine })),
  );
}

/** All ids of the other workspace that a call could name. */
export function idsOf({ theirs, theirWorkspaceId }: Two): readonly string[] {
  return [...new Set(idsIn(theirs).map(([, id]) => id)), theirWorkspaceId];
}

/** Their thing of the same kind. */
export function counterpartOf({ mine, theirs, theirWorkspaceId }: Two, id: string): string {
  const [path = ""] = idsIn(mine).find(([, own]) => own === id) ?? [];
  return idsIn(theirs).find(([at]) => at === path)?.[1] ?? theirWorkspaceId;
}

/** What of the other workspace stands in a text. */
export function leaked(two: Two, text: string, besides = ""): readonly string[] {
  const { mark, settings } = two.theirs;
  return [mark, ...settings, ...idsOf(two)].filter((part) => part !== besides && text.includes(part));
}

/** Whether two answers are the same, but for what is made anew each time: a challenge's id and times. */
export function isSame(one: Answered, other: Answered): boolean {
  return one.status === other.status && withoutNew(one.text) === withoutNew(other.text);
}

function withoutNew(text: string): string {
  return text.replaceAll(/"(?:challengeId|expiresAt)":"[^"]*"/gu, "");
}
