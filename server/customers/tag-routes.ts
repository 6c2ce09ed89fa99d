import { Router, type Request, type Response } from "express";
import { AppError } from "../app-error.ts";
import { actorOf, workspaceOf } from "../http/authenticate.ts";
import { etagOf } from "../http/etag.ts";
import { only } from "../http/only.ts";
import type { Services } from "../http/services.ts";
import { customerId } from "./customer-id.ts";
import { Tag, type Tags } from "./tag-contract.ts";
import { getTags, setTag, type Tagged } from "./tags.ts";

/** What staff marks customers with. */
export function tagRoutes({ database, clock }: Services): Router {
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  const mark = (isSet: boolean) => async (request: Request, response: Response) => {
    const id = customerId(request.params["id"]);
    const tag = tagFrom(request.params["tag"]);
    const by = { actor: actorOf(response), at: clock() };
    answer(response, await setTag(database, workspaceOf(response), id, { tag, isSet }, by));
  };

  router
    .route("/v1/customers/:id/tags")
    .get(async (request, response) => {
      answer(response, await getTags(database, workspaceOf(response), customerId(request.params.id)));
    })
    .all(only("GET"));

  router.route("/v1/customers/:id/tags/:tag").put(mark(true)).delete(mark(false)).all(only("PUT", "DELETE"));

  return router;
}

function answer(response: Response, { tags, version }: Tagged): void {
  response.set("ETag", etagOf(version)).json({ tags: [...tags] } satisfies Tags);
}

function tagFrom(text: unknown): string {
  const parsed = Tag.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new AppError("invalid_request", `The tag ${parsed.error.issues[0]?.message ?? "is none"}.`);
}
