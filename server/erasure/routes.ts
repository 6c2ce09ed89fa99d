import { AppError } from "../app-error.ts";
import { parseId } from "../http/parse-id.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { erase } from "./erase.ts";
import {
  eraseCustomerOperation,
  getErasureOperation,
  getErasurePublicKeyOperation,
  listErasuresOperation,
} from "./operations-contract.ts";
import { getErasure, listErasures } from "./queries.ts";
import { getPublicKeys } from "./signing-key.ts";

/** The erasure of a person, and what proves that erasures were done. */
export function erasureOperations(services: Services): readonly Served[] {
  const { database, clock } = services;
  return [
    serve(eraseCustomerOperation, async ({ params, body: { confirm }, caller: { workspaceId, actor } }) => {
      const id = parseId(params.id);
      const notFound = new AppError("customer_not_found", "There is no such customer.");
      if (id === null) throw notFound;
      if (confirm.toLowerCase() !== id) throw notConfirmed();
      const subject = { kind: "customer", id } as const;
      const occasion = { subject, cause: "request", actor, now: clock() } as const;
      const target = { customerId: id, conversationIds: [] };
      const erasure = await erase(services, workspaceId, target, occasion);
      if (erasure === null) throw notFound;
      return erasure;
    }),

    serve(listErasuresOperation, async ({ query, caller }) => {
      return listErasures(database, caller.workspaceId, query);
    }),

    serve(getErasurePublicKeyOperation, async ({ caller }) => {
      return getPublicKeys(services, caller.workspaceId, clock());
    }),

    serve(getErasureOperation, async ({ params, caller }) => {
      return getErasure(database, caller.workspaceId, parseId(params.id));
    }),
  ];
}

function notConfirmed(): AppError {
  const detail = "must be the id of the customer in the address, once more: erasing cannot be undone";
  return new AppError("invalid_request", `/confirm ${detail}.`, {
    faults: [{ pointer: "/confirm", detail }],
  });
}
