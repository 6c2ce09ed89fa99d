import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: { readonly type?: string };
}

interface Part {
  readonly content?: Readonly<Record<string, object>>;
  readonly headers?: Readonly<Record<string, object>>;
}

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Part;
  readonly responses: Readonly<Record<string, Part>>;
}

/** An operation of an OpenAPI document, and where in it. */
interface Place {
  readonly operation: Described;
  /** As a JSON pointer has it. */
  readonly pointer: string;
  readonly path: string;
}

/** A fetch that holds each request and each answer to an OpenAPI document. Rejects with what is not as the document has it. */
export interface CheckedFetch {
  readonly fetch: typeof globalThis.fetch;
  /** The same, sent by another one. */
  through(send: typeof globalThis.fetch): typeof globalThis.fetch;
  /** The operations that answered as they do when all goes well, so far. */
  readonly succeeded: ReadonlySet<string>;
  readonly operationIds: readonly string[];
}

export function checkFetch(document: { readonly paths: Readonly<Record<string, object>> }): CheckedFetch {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addFormat("base64", /^[A-Za-z0-9+/]*={0,2}$/u);
  ajv.addSchema(document, "openapi");
  const places = placesOf(document);
  const succeeded = new Set<string>();

  function check(pointer: string, value: unknown, what: string): void {
    const validate = ajv.getSchema(`openapi#${pointer}`);
    if (validate === undefined) throw new Error(`${what}: the document has no ${pointer}`);
    if (validate(value) !== true) {
      throw new Error(`${what} is not as the document says: ${ajv.errorsText(validate.errors)}`);
    }
  }

  function checkParameters({ operation, pointer, path }: Place, url: URL, headers: Headers): void {
    const inPath = parametersIn(path, url.pathname);
    const { parameters = [] } = operation;
    for (const [index, { name, in: where, required, schema }] of parameters.entries()) {
      const given =
        where === "path"
          ? [inPath[name] ?? ""]
          : where === "query"
            ? url.searchParams.getAll(name)
            : [headers.get(name) ?? []].flat();
      if (given.length === 0 && !required) continue;
      const value = schema.type === "array" ? given : schema.type === "integer" ? Number(given[0]) : given[0];
      check(`${pointer}/parameters/${index}/schema`, value, `${operation.operationId}'s ${name}`);
    }
    const known = parameters.flatMap((one) => (one.in === "query" ? [one.name] : []));
    for (const name of url.searchParams.keys()) {
      if (!known.includes(name)) throw new Error(`${operation.operationId} has no parameter ${name}`);
    }
  }

  function checkContent(part: Part, pointer: string, mediaType: string, text: string, what: string): void {
    const content = part.content ?? {};
    if (Object.keys(content).length === 0) {
      if (text !== "") throw new Error(`${what} is to be empty`);
      return;
    }
    const [type = ""] = mediaType.split(";");
    const described = content[type];
    if (described === undefined)
      throw new Error(`${what} is ${type}, not ${Object.keys(content).join(" or ")}`);
    if (!("schema" in described)) return;
    check(`${pointer}/content/${escaped(type)}/schema`, JSON.parse(text), what);
  }

  const through =
    (send: typeof globalThis.fetch): typeof globalThis.fetch =>
    async (input, init = {}) => {
      const url = new URL(String(input));
      const headers = new Headers(init.headers);
      const place = placeOf(places, init.method ?? "GET", url.pathname);
      const { operation, pointer } = place;
      checkParameters(place, url, headers);
      const sent = typeof init.body === "string" ? init.body : "";
      const type = headers.get("content-type") ?? "";
      checkContent(
        operation.requestBody ?? {},
        `${pointer}/requestBody`,
        type,
        sent,
        `${operation.operationId}'s body`,
      );
      const response = await send(input, init);
      const answer = operation.responses[response.status];
      const what = `${operation.operationId}'s answer ${response.status}`;
      const text = await response.clone().text();
      if (answer === undefined) throw new Error(`${what} is none that the document has: ${text}`);
      const at = `${pointer}/responses/${response.status}`;
      checkContent(answer, at, response.headers.get("content-type") ?? "", text, what);
      for (const name of Object.keys(answer.headers ?? {})) {
        if (!response.headers.has(name)) throw new Error(`${what} lacks the header ${name}`);
      }
      if (response.ok) succeeded.add(operation.operationId);
      return response;
    };

  const operationIds = places.map(({ operation }) => operation.operationId);
  return { succeeded, operationIds, through, fetch: through(fetch) };
}

function placesOf({ paths }: { readonly paths: Readonly<Record<string, object>> }): readonly Place[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      operation,
      pointer: `/paths/${escaped(path)}/${method}`,
      path: `${method.toUpperCase()} ${path}`,
    })),
  );
}

/** The one with the fewest parameters: /v1/customers/import is no customer. */
function placeOf(places: readonly Place[], method: string, pathname: string): Place {
  const [place] = places
    .filter(({ path }) => pattern(path).test(`${method} ${pathname}`))
    .toSorted((a, b) => a.path.split("{").length - b.path.split("{").length);
  if (place === undefined) throw new Error(`the document has no ${method} ${pathname}`);
  return place;
}

const pattern = (path: string) =>
  new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{(\w+)\}/gu, "(?<$1>[^/]+)")}$`, "u");

function parametersIn(path: string, pathname: string): Readonly<Record<string, string>> {
  const [method = ""] = path.split(" ");
  const { groups = {} } = pattern(path).exec(`${method} ${pathname}`) ?? {};
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
}

/** As a part of a JSON pointer in a URI. */
const escaped = (text: string) => encodeURIComponent(text.replaceAll("~", "~0").replaceAll("/", "~1"));
