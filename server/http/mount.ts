import type { Express, RequestHandler } from "express";
import { checkPermitted, type Caller } from "../access/caller.ts";
import type { Access } from "../access/permission-contract.ts";
import { checkPermissions, PERMISSIONS } from "../access/permissions.ts";
import { bodyReader } from "./json-body.ts";
import { only } from "./only.ts";
import type { Served } from "./serve.ts";

/** How a request is told whose it is: a workspace's member or key, or a person who is signed in. */
export type Authenticate = Readonly<Record<"workspace" | "person", RequestHandler>>;

/** Serves the operations, each behind what the table of permissions says of it. Throws where the two differ. */
export function mount(app: Express, served: readonly Served[], authenticate: Authenticate): void {
  checkPermissions(served.map(({ operation }) => operation));
  const paths = new Set(served.map(({ operation }) => operation.path));
  for (const path of [...paths].toSorted(comparePaths)) {
    const methods = served.filter(({ operation }) => operation.path === path);
    const route = app.route(path.replaceAll(/\{(\w+)\}/gu, ":$1"));
    for (const one of methods) {
      route[one.operation.method](...gate(one, authenticate), ...bodyReader(one.operation.body), one.handler);
    }
    const isOpen = methods.some(({ callers }) => callers === "anybody");
    const isOfPersons = methods.every(({ callers }) => callers === "person");
    const allowed = methods.map(({ operation }) => METHODS[operation.method]);
    route.all(
      ...(isOpen ? [] : [isOfPersons ? authenticate.person : authenticate.workspace]),
      only(...allowed),
    );
  }
}

const METHODS = { get: "GET", post: "POST", put: "PUT", patch: "PATCH", delete: "DELETE" } as const;

function gate({ operation, callers }: Served, authenticate: Authenticate): readonly RequestHandler[] {
  const access: Access | undefined = PERMISSIONS[operation.id];
  if (access === undefined) throw new Error(`nothing says who may ${operation.id}`);
  if (callers === "anybody" && access === "anybody") return [];
  if (callers === "person" && access === "person") return [authenticate.person];
  if (callers === "workspace" && typeof access === "object") {
    return [authenticate.workspace, permitted(access)];
  }
  throw new Error(`${operation.id} is served to other callers than the table of permissions says`);
}

const permitted =
  (access: Exclude<Access, string>): RequestHandler =>
  (_request, response, next) => {
    const caller: Caller = response.locals["caller"];
    checkPermitted(caller, access);
    next();
  };

/** A fixed part of a path before a parameter in its place: /v1/customers/import is no customer. */
function comparePaths(a: string, b: string): number {
  const [left, right] = [
    [...a.split("/"), ""],
    [...b.split("/"), ""],
  ];
  const at = left.findIndex((part, index) => part !== right[index]);
  const [mine, other] = [left[at] ?? "", right[at] ?? ""];
  return Number(mine.startsWith("{")) - Number(other.startsWith("{")) || mine.localeCompare(other, "en");
}
