import { AppError } from "../app-error.ts";
import type { Caller } from "../access/caller.ts";
import { etagOf } from "../http/etag.ts";
import { parseId } from "../http/parse-id.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import type { CustomerDetail } from "./contract.ts";
import { customerId } from "./customer-id.ts";
import { acceptClaimOperation, editCustomerOperation, verifyFieldOperation } from "./operations-contract.ts";
import { getCustomer } from "./queries.ts";
import { acceptClaim, editFields, verifyField, type Editing } from "./staff-edits.ts";

/** What staff says of a customer's values. Each answers with the customer as it is then. */
export function editOperations(services: Services): readonly Served[] {
  const { rules, regionDefault, clock } = services;

  const editingOf = ({ params, seen, caller: { workspaceId, actor } }: Ask): Editing => ({
    workspaceId,
    id: customerId(params.id),
    seen,
    by: { actor, at: clock() },
  });

  const answer = async ({ workspaceId, id }: Editing, { setHeader }: Ask): Promise<CustomerDetail> => {
    const detail = await getCustomer(services, workspaceId, id);
    setHeader("ETag", etagOf(detail.version));
    return detail;
  };

  return [
    serve(editCustomerOperation, async (asked) => {
      const editing = editingOf(asked);
      await editFields(services, rules.current(), editing, asked.body, regionDefault);
      return answer(editing, asked);
    }),

    serve(verifyFieldOperation, async (asked) => {
      const editing = editingOf(asked);
      await verifyField(services, rules.current(), editing, asked.body);
      return answer(editing, asked);
    }),

    serve(acceptClaimOperation, async (asked) => {
      const editing = editingOf(asked);
      const claimId = parseId(asked.params.claimId);
      if (claimId === null) throw new AppError("claim_not_found", "There is no such claim.");
      await acceptClaim(services, editing, claimId);
      return answer(editing, asked);
    }),
  ];
}

/** What the operations are all asked with. */
interface Ask {
  readonly params: { readonly id: string };
  readonly seen: readonly number[] | null;
  readonly caller: Caller;
  setHeader(name: string, value: string): void;
}
