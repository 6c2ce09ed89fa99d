import type { Deed } from "../audit/events.ts";
import type { RulePack } from "../../engine/rules/pack.ts";
import { AppError, type Fault } from "../app-error.ts";
import type { Store } from "../privacy/store.ts";
import { editCustomer, type Edit } from "./edit.ts";
import type { CustomerEdit, Verification } from "./edit-contract.ts";
import { parseValue } from "./parse-value.ts";
import type { Change } from "./plan-edit.ts";

/** Which customer, as which versions its editor may have seen it (null: whichever), and who does it. */
export interface Editing {
  readonly workspaceId: string;
  readonly id: string;
  readonly seen: readonly number[] | null;
  readonly by: Deed;
}

/** Sets and takes back values. Throws `invalid_request` with a fault for each field, and what editCustomer throws. */
export async function editFields(
  store: Store,
  pack: RulePack,
  { workspaceId, id, seen, by }: Editing,
  typed: CustomerEdit,
  regionDefault: string | null,
): Promise<void> {
  const changes = parseFields(pack, typed, typed.region ?? regionDefault);
  const named = (isSet: boolean) =>
    changes.filter(({ value }) => (value !== null) === isSet).map(({ field }) => field);
  const edit: Edit = {
    event: { action: "customer.edited", details: { set: named(true), withdrawn: named(false) } },
    seen,
    changes: () => changes,
  };
  await editCustomer(store, workspaceId, id, edit, by);
}

/** Makes what a conversation has said the value, as if staff had set it. Throws `claim_not_found`, and what editCustomer throws. */
export async function acceptClaim(
  store: Store,
  { workspaceId, id, seen, by }: Editing,
  claimId: string,
): Promise<void> {
  const edit: Edit = {
    event: { action: "customer.claim_accepted", details: { claimId } },
    seen,
    changes: ({ talks }) => {
      const claim = talks.flatMap(({ claims }) => claims).find((said) => said.id === claimId);
      if (claim === undefined) {
        throw new AppError("claim_not_found", "No conversation of this customer has said such a thing.");
      }
      const { field, value, unvalidated } = claim;
      return [{ field, trust: "staff", value, raw: value, unvalidated, claimId }];
    },
  };
  await editCustomer(store, workspaceId, id, edit, by);
}

/** Says that the value a field has is right, or takes that back. Throws `nothing_to_verify`, and what editCustomer throws. */
export async function verifyField(
  store: Store,
  pack: RulePack,
  { workspaceId, id, seen, by }: Editing,
  { field, verified }: Verification,
): Promise<void> {
  if (!pack.fields.some((known) => known.field === field)) throw invalid([strange(pack, "/field")]);
  const change = { field, trust: "verified", unvalidated: false, claimId: null } as const;
  const edit: Edit = {
    event: { action: "customer.verified", details: { field, verified } },
    seen,
    changes: ({ stored }) => {
      if (!verified) return [{ ...change, value: null, raw: "" }];
      const value = stored.profile.values[field];
      if (value === undefined) {
        throw new AppError("nothing_to_verify", `The customer has no ${field} that could be verified.`);
      }
      return [{ ...change, value, raw: value }];
    },
  };
  await editCustomer(store, workspaceId, id, edit, by);
}

function parseFields(pack: RulePack, { fields }: CustomerEdit, region: string | null): readonly Change[] {
  const faults: Fault[] = [];
  const changes = Object.entries(fields).flatMap(([key, raw]): Change[] => {
    const pointer = `/fields/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const field = pack.fields.find((known) => known.field === key);
    if (field === undefined) {
      faults.push(strange(pack, pointer));
      return [];
    }
    const change = { field: key, trust: "staff", unvalidated: false, claimId: null } as const;
    if (raw === null) return [{ ...change, value: null, raw: "" }];
    const parsed = parseValue(field, raw, region);
    if ("value" in parsed) return [{ ...change, value: parsed.value, raw }];
    faults.push({ pointer, detail: parsed.fault });
    return [];
  });
  if (faults.length > 0) throw invalid(faults);
  return changes;
}

function strange(pack: RulePack, pointer: string): Fault {
  const fields = pack.fields.map(({ field }) => field).join(", ");
  return { pointer, detail: `is not a field of this workspace: it has ${fields}` };
}

function invalid(faults: readonly Fault[]): AppError {
  const [first] = faults;
  return new AppError("invalid_request", `${first?.pointer} ${first?.detail}.`, { faults });
}
