import { expect, test } from "vitest";
import { checkPermitted, type Caller } from "../../../server/access/caller.ts";
import { SCOPES, type Access, type Role } from "../../../server/access/permission-contract.ts";
import { checkPermissions, PERMISSIONS } from "../../../server/access/permissions.ts";
import { operation } from "../../../server/http/operation-contract.ts";

const listThings = operation({
  id: "listThings",
  method: "get",
  path: "/v1/things",
  title: "Things",
  group: "Things",
  answer: null,
});
const table: Readonly<Record<string, Access>> = { listThings: { roles: ["owner"], scope: "admin" } };

test("an operation that nobody decided about, and a row about none, are refused by name", () => {
  expect(() => checkPermissions([listThings], table)).not.toThrow();
  expect(() => checkPermissions([listThings], {})).toThrow("nothing says who may listThings");
  expect(() => checkPermissions([], table)).toThrow("there is no operation listThings");
  expect(() => checkPermissions([listThings, listThings], table)).toThrow(
    "two operations are called listThings",
  );
});

test("a key needs the scope itself: none of them holds another", () => {
  const base = { workspaceId: "w", actor: { kind: "api_key", id: "k" }, kind: "key" } as const;
  for (const scope of SCOPES) {
    const others = SCOPES.filter((other) => other !== scope);
    const permission = { roles: [], scope } as const;
    expect(() => checkPermitted({ ...base, scopes: [scope] }, permission)).not.toThrow();
    expect(() => checkPermitted({ ...base, scopes: others }, permission)).toThrow(`needs the scope ${scope}`);
  }
  expect(() => checkPermitted({ ...base, scopes: SCOPES }, { roles: [], scope: null })).toThrow("sign in");
});

test("a viewer changes nothing and exports nothing; an agent does not export, erase or configure", () => {
  expect(allowed("viewer").filter((id) => !/^(get|list)/u.test(id))).toEqual([]);
  expect(allowed("agent").filter((id) => /export|erase|import|^(un)?merge|retention|key/iu.test(id))).toEqual(
    [],
  );
  expect(allowed("owner")).toEqual(expect.arrayContaining(allowed("admin")));
});

const allowed = (role: Role) =>
  Object.entries(PERMISSIONS).flatMap(([id, access]) =>
    typeof access === "object" && permits(role, access) ? [id] : [],
  );

function permits(role: Role, access: Exclude<Access, string>): boolean {
  const actor = { kind: "member", id: "p" } as const;
  const caller: Caller = { workspaceId: "w", actor, kind: "member", role, personId: "p", sessionId: "s" };
  try {
    checkPermitted(caller, access);
    return true;
  } catch {
    return false;
  }
}
