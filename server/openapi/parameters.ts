import type { Access } from "../access/permission-contract.ts";
import type { Operation } from "../http/operation-contract.ts";
import { takesIdempotencyKey } from "./problems.ts";
import type { Json, Schemas } from "./schemas.ts";

/** The parameters of an operation's path, its query, and the headers that it reads. */
export function parametersOf(operation: Operation, access: Access, schemas: Schemas): readonly Json[] {
  const { path, query, ifMatch } = operation;
  return [
    ...[...path.matchAll(/\{(\w+)\}/gu)].map(([, name = ""]) => inPath(name)),
    ...(query === undefined ? [] : inQuery(schemas.schemaOf(query, "input"), schemas)),
    ...(ifMatch === true ? [IF_MATCH] : []),
    ...(takesIdempotencyKey(operation, access) ? [IDEMPOTENCY_KEY] : []),
  ];
}

const IF_MATCH = {
  name: "If-Match",
  in: "header",
  required: true,
  description: "The ETag of the answer in which the caller read what it changes; `*` for whatever there is.",
  schema: { type: "string" },
};

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description:
    "The caller's own name for this request, such as a UUID: the same request again, within a day, is not carried out twice, " +
    "and gets the stored answer with Idempotency-Replayed: true.",
  schema: { type: "string", maxLength: 255 },
};

function inPath(name: string): Json {
  return { name, in: "path", required: true, schema: PATH_SCHEMAS[name] ?? ID };
}

const ID = { type: "string", format: "uuid" };

/** Those that are no ids. */
const PATH_SCHEMAS: Readonly<Record<string, Json>> = {
  turn: { type: "integer", minimum: 1 },
  tag: { type: "string" },
  action: { type: "string" },
  version: { type: "integer", minimum: 1 },
};

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly $ref?: string;
}

function inQuery(schema: Json, { components }: Schemas): readonly Json[] {
  const named: ObjectSchema = schema;
  const name = named.$ref?.split("/").at(-1);
  const { properties = {}, required = [] }: ObjectSchema =
    name === undefined ? named : (components[name] ?? {});
  return Object.entries(properties).map(([parameter, { description, ...rest }]) => ({
    name: parameter,
    in: "query",
    required: required.includes(parameter),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}
