import type { Express, RequestHandler } from "express";
import { checkPermitted, seesMasked, type Caller } from "../access/caller.ts";
import type { Access } from "../access/permission-contract.ts";
import { checkPermissions, PERMISSIONS } from "../access/permissions.ts";
import type { Mask } from "../masking/mask.ts";
import { bodyReader } from "./json-body.ts";
import { only } from "./only.ts";
import type { Guard } from "./guard.ts";
import { answering, type Served } from "./serve.ts";
import { isPlain } from "./operation-contract.ts";

/** How a request is told whose it is: a workspace's member or key, or a person who is signed in; and how contact details are
 *  masked for whom they are not shown to. */
export interface Gate {
  readonly workspace: RequestHandler;
  readonly person: RequestHandler;
  readonly mask: Mask;
  readonly guard: Guard;
}

/** Serves the operations, each behind what the table of permissions says of it. Throws where the two differ. */
export function mount(app: Express, served: readonly Served[], gate: Gate): void {
  checkPermissions(served.map(({ operation }) => operation));
  const paths = new Set(served.map(({ operation }) => operation.path));
  for (const path of [...paths].toSorted(comparePaths)) {
    const methods = served.filter(({ operation }) => operation.path === path);
    const route = app.route(path.replaceAll(/\{(\w+)\}/gu, ":$1"));
    for (const one of methods) {
      route[one.operation.method](
        ...checks(one, gate),
        ...bodyReader(one.operation.body),
        answering(one, gate.guard),
      );
    }
    const isOpen = methods.some(({ callers }) => callers === "anybody");
    const isOfPersons = methods.every(({ callers }) => callers === "person");
    const allowed = methods.map(({ operation }) => METHODS[operation.method]);
    const credentials = [isOfPersons ? gate.person : gate.workspace, gate.guard.count];
    route.all(...(isOpen ? [] : credentials), only(...allowed));
  }
}

const METHODS = { get: "GET", post: "POST", put: "PUT", patch: "PATCH", delete: "DELETE" } as const;

function checks({ operation, callers }: Served, gate: Gate): readonly RequestHandler[] {
  const access: Access | undefined = PERMISSIONS[operation.id];
  if (access === undefined) throw new Error(`nothing says who may ${operation.id}`);
  if (callers === "anybody" && access === "anybody") return [];
  if (callers === "person" && access === "person") return [gate.person, gate.guard.count];
  if (callers === "workspace" && typeof access === "object") {
    const { answer } = operation;
    if (answer !== null && isPlain(answer) && access.roles.includes("viewer")) {
      throw new Error(`${operation.id} is answered as a text, which is not masked: it is not for viewers`);
    }
    return [gate.workspace, gate.guard.count, permitted(access, gate.mask)];
  }
  throw new Error(`${operation.id} is served to other callers than the table of permissions says`);
}

const permitted =
  (access: Exclude<Access, string>, mask: Mask): RequestHandler =>
  (_request, response, next) => {
    const caller: Caller = response.locals["caller"];
    checkPermitted(caller, access);
    response.locals["mask"] = seesMasked(caller) ? mask : null;
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
