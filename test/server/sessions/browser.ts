import { readFirst } from "./first-workspace.ts";
import type { Database } from "../../../server/database/database.ts";
import type { Answer, TestServer } from "../http/start-server.ts";

/** Somebody's browser: it keeps the cookie that it is given, and says where its requests come from. */
export interface Browser {
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** As `name=secret`; empty: none. */
  cookie: string;
}

export function newBrowser(server: Pick<TestServer, "url">, cookie = ""): Browser {
  const browser: Browser = {
    cookie,
    async send(method, path, body, headers = {}) {
      const answer = await fetch(server.url + path, {
        method,
        headers: {
          origin: server.url,
          "sec-fetch-site": "same-origin",
          ...(browser.cookie === "" ? {} : { cookie: browser.cookie }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      for (const set of answer.headers.getSetCookie()) {
        const [pair = ""] = set.split(";");
        browser.cookie = pair.endsWith("=") ? "" : pair;
      }
      const text = await answer.text();
      const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
      return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : null };
    },
  };
  return browser;
}

export const PASSWORD = "seven geese at the pond";

/** The owner of the first workspace, signed in. */
export async function setUpOwner(
  database: Database,
  server: TestServer,
  email = "olga@team.example",
): Promise<{ readonly browser: Browser; readonly id: string; readonly workspaceId: string }> {
  const { token, workspaceId } = await readFirst(database);
  const browser = newBrowser(server);
  const { status, text, body } = await browser.send("POST", "/v1/setup", {
    token,
    email,
    password: PASSWORD,
  });
  if (status !== 201) throw new Error(`POST /v1/setup answered ${status}: ${text}`);
  return { browser, id: body.person.id, workspaceId };
}

/** Somebody new, invited and signed in. */
export async function joined(
  server: TestServer,
  by: Browser,
  { email, role }: { readonly email: string; readonly role: string },
): Promise<{ readonly browser: Browser; readonly id: string }> {
  const { status, text, body: invited } = await by.send("POST", "/v1/invitations", { email, role });
  if (status !== 201) throw new Error(`POST /v1/invitations answered ${status}: ${text}`);
  const browser = newBrowser(server);
  const [, token = ""] = invited.link.split("#");
  const { body } = await browser.send("POST", "/v1/invitations/accept", { token, password: PASSWORD });
  return { browser, id: body.person.id };
}
