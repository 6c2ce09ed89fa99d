import { ENGINE_VERSION } from "../../engine/version.ts";
import { PERMISSIONS } from "../access/permissions.ts";
import { serveAnybody, type Served } from "../http/serve.ts";
import { openApiOf, type OpenApi } from "./document.ts";
import { getOpenApiOperation } from "./operations-contract.ts";

/** The operations, and with them the one that describes them all. */
export function withOpenApi(served: readonly Served[]): readonly Served[] {
  const operations = [...served.map(({ operation }) => operation), getOpenApiOperation];
  // Made when it is first asked for: most processes never are.
  let document: OpenApi | null = null;
  const answer = async () => (document ??= openApiOf(operations, PERMISSIONS, ENGINE_VERSION));
  return [...served, serveAnybody(getOpenApiOperation, answer)];
}
