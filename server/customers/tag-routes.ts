import { AppError } from "../app-error.ts";
import type { Caller } from "../access/caller.ts";
import { etagOf } from "../http/etag.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { customerId } from "./customer-id.ts";
import { addTagOperation, getTagsOperation, removeTagOperation } from "./operations-contract.ts";
import { Tag, type Tags } from "./tag-contract.ts";
import { getTags, setTag, type Tagged } from "./tags.ts";

/** What staff marks customers with. */
export function tagOperations({ database, clock }: Services): readonly Served[] {
  const mark = async (isSet: boolean, asked: Ask & { readonly params: { readonly tag: string } }) => {
    const { params, caller } = asked;
    const marking = { tag: tagFrom(params.tag), isSet };
    const by = { actor: caller.actor, at: clock() };
    return answer(await setTag(database, caller.workspaceId, customerId(params.id), marking, by), asked);
  };

  return [
    serve(getTagsOperation, async (asked) => {
      return answer(await getTags(database, asked.caller.workspaceId, customerId(asked.params.id)), asked);
    }),

    serve(addTagOperation, async (asked) => mark(true, asked)),

    serve(removeTagOperation, async (asked) => mark(false, asked)),
  ];
}

/** What the operations are all asked with. */
interface Ask {
  readonly params: { readonly id: string };
  readonly caller: Caller;
  setHeader(name: string, value: string): void;
}

function answer({ tags, version }: Tagged, { setHeader }: Ask): Tags {
  setHeader("ETag", etagOf(version));
  return { tags: [...tags] };
}

function tagFrom(text: unknown): string {
  const parsed = Tag.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new AppError("invalid_request", `The tag ${parsed.error.issues[0]?.message ?? "is none"}.`);
}
