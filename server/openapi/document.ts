import { STATUS_CODES } from "node:http";
import type { AppErrorCode } from "../app-error.ts";
import type { Access, Permission } from "../access/permission-contract.ts";
import { isPlain, type Content, type Operation } from "../http/operation-contract.ts";
import { Problem } from "../http/problem-contract.ts";
import { parametersOf } from "./parameters.ts";
import { problemsOf } from "./problems.ts";
import { createSchemas, type Json, type Schemas } from "./schemas.ts";

export type OpenApi = Json & { readonly openapi: string };

/** The OpenAPI 3.1 document of the operations, with who may do what from the table of permissions. */
export function openApiOf(
  operations: readonly Operation[],
  table: Readonly<Record<string, Access>>,
  version: string,
): OpenApi {
  const { twofold } = pathsOf(operations, table, createSchemas()).schemas;
  const { paths, schemas } = pathsOf(operations, table, createSchemas(twofold));
  const groups = [...new Set(operations.map(({ group }) => group))];
  return {
    openapi: "3.1.1",
    info: { title: "Customer Enrichment", version, description: ABOUT, license: LICENSE },
    servers: [{ url: "/" }],
    tags: groups.map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: SECURITY_SCHEMES,
      headers: HEADERS,
      schemas: used(schemas.components, paths),
    },
  };
}

function pathsOf(
  operations: readonly Operation[],
  table: Readonly<Record<string, Access>>,
  schemas: Schemas,
) {
  schemas.schemaOf(Problem, "output");
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    const methods = (paths[operation.path] ??= {});
    methods[operation.method] = operationOf(operation, table[operation.id] ?? "anybody", schemas);
  }
  return { paths, schemas };
}

const LICENSE = { name: "MIT", identifier: "MIT" };

const ABOUT =
  "A conversation engine that asks customers for their details while they chat, and the database of these customers.\n\n" +
  "Requests carry an API key (`Authorization: Bearer …`) or the session of a member of the workspace. Errors are problems (RFC " +
  "9457): programs look at their `code`. An answer's `X-Request-Id` names the request in the server's log.";

const SECURITY_SCHEMES = {
  apiKey: {
    type: "http",
    scheme: "bearer",
    description: "An API key of a workspace, with the scope that the operation names.",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-session",
    description:
      "The session of somebody who is signed in, with a role that the operation names. Without TLS the cookie is called `session`.",
  },
};

const HEADERS = {
  ETag: {
    description: "The version of what is shown, for the If-Match of a change.",
    schema: { type: "string" },
    required: true,
  },
  RequestId: {
    description: "The request's id in the server's log.",
    schema: { type: "string", format: "uuid" },
    required: true,
  },
  Challenge: {
    description: "How to authenticate.",
    schema: { type: "string" },
    required: true,
  },
};

const header = (name: keyof typeof HEADERS) => ({ $ref: `#/components/headers/${name}` });

function operationOf(operation: Operation, access: Access, schemas: Schemas): Json {
  const parameters = parametersOf(operation, access, schemas);
  return {
    operationId: operation.id,
    summary: operation.title,
    description: [operation.about, whoMay(access)].filter((text) => text !== undefined).join("\n\n"),
    tags: [operation.group],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.body === undefined ? {} : { requestBody: bodyOf(operation.body, schemas) }),
    responses: { ...answerOf(operation, schemas), ...problemsAnswered(operation, access) },
    security: securityOf(access),
    ...(typeof access === "object" ? { "x-roles": access.roles, "x-scope": access.scope } : {}),
  };
}

function bodyOf(body: Content, schemas: Schemas): Json {
  if (isPlain(body)) {
    return { required: true, description: body.about, content: { [typeOf(body.mediaType)]: {} } };
  }
  return { required: true, content: { "application/json": { schema: schemas.schemaOf(body, "input") } } };
}

function answerOf({ answer, status, etag }: Operation, schemas: Schemas): Json {
  const headers = { "X-Request-Id": header("RequestId"), ...(etag === true ? { ETag: header("ETag") } : {}) };
  if (answer === null) return { 204: { description: "Done.", headers } };
  if (!isPlain(answer)) {
    const content = { "application/json": { schema: schemas.schemaOf(answer, "output") } };
    return { [status ?? 200]: { description: "Done.", headers, content } };
  }
  const { mediaType, about, json } = answer;
  const content = {
    [typeOf(mediaType)]: json === undefined ? {} : { schema: schemas.schemaOf(json, "output") },
  };
  return { [status ?? 200]: { description: about, headers, content } };
}

function problemsAnswered(operation: Operation, access: Access): Json {
  return Object.fromEntries(
    [...problemsOf(operation, access)].map(([status, codes]) => {
      const challenge = status === 401 ? { headers: { "WWW-Authenticate": header("Challenge") } } : {};
      return [
        status,
        { description: `\`${codes.join("`, `")}\``, ...challenge, content: problem(status, codes) },
      ];
    }),
  );
}

function problem(status: number, [code]: readonly AppErrorCode[]): Json {
  const example = {
    type: "about:blank",
    title: STATUS_CODES[status],
    status,
    detail: "What is wrong.",
    code,
  };
  return { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" }, example } };
}

/** A media type without its parameters. */
function typeOf(mediaType: string): string {
  return mediaType.split(";", 1)[0] ?? mediaType;
}

function securityOf(access: Access): readonly Json[] {
  if (access === "anybody") return [];
  if (access === "person") return [{ session: [] }];
  return [
    ...(access.scope === null ? [] : [{ apiKey: [] }]),
    ...(access.roles.length === 0 ? [] : [{ session: [] }]),
  ];
}

function whoMay(access: Access): string {
  if (access === "anybody") return "For anybody.";
  if (access === "person") return "For whoever is signed in.";
  const { roles, scope } = access satisfies Permission;
  const keys = scope === null ? "No API key may do this." : `API keys need the scope \`${scope}\`.`;
  return `Members need the role ${roles.map((role) => `\`${role}\``).join(" or ")}. ${keys}`;
}

/** The components that the paths refer to, however far around, by name: a query's own schema is told parameter by parameter. */
function used(components: Readonly<Record<string, Json>>, paths: object): Readonly<Record<string, Json>> {
  const names = new Set<string>();
  const visit = (part: object) => {
    for (const [, name = ""] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/gu)) {
      if (names.has(name)) continue;
      names.add(name);
      visit(components[name] ?? {});
    }
  };
  visit(paths);
  return Object.fromEntries([...names].toSorted().map((name) => [name, components[name] ?? {}]));
}
