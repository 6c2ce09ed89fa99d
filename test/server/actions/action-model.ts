/** What must come of messages while the action, its configuration and the plan change: in memory, without a database. */
import type { Plan, PaymentStatus } from "../../../server/billing/plans-contract.ts";

export const FIELDS = ["name", "email", "phone"] as const;

export interface Configured {
  readonly collects: readonly string[];
  readonly greetingAsks: "name" | null;
}

/** A handle and its open conversation. */
export interface Person {
  email: string | null;
  /** Whether the action had been activated when the open conversation began. */
  since: boolean;
  /** Fields that were asked for in it. */
  readonly asked: Set<string>;
  /** Messages of the customer in all of its conversations. */
  messages: number;
}

export interface Model {
  plan: Plan;
  status: PaymentStatus;
  action: "available" | "added" | "active" | "disabled";
  configured: Configured;
  readonly persons: Map<string, Person>;
  /** Every email is another one. */
  emails: number;
}

export const AS_IT_IS: Configured = { collects: FIELDS, greetingAsks: null };

export const newModel = (): Model => ({
  plan: "starter",
  status: "active",
  action: "available",
  configured: AS_IT_IS,
  persons: new Map(),
  emails: 0,
});

export const isEntitled = ({ plan, status }: Model): boolean => plan !== "starter" && status === "active";

export function collectingOf(model: Model, { since }: Person): string {
  if (model.action !== "active") return "action_inactive";
  if (!isEntitled(model)) return "not_entitled";
  return since ? "on" : "started_before_activation";
}

/** The person, with a conversation that is open. */
export function talking(model: Model, handle: string, anew: boolean): Person {
  const known = model.persons.get(handle);
  const since = model.action === "active" || model.action === "disabled";
  if (known === undefined || anew) {
    const person = {
      email: known?.email ?? null,
      since,
      asked: new Set<string>(),
      messages: known?.messages ?? 0,
    };
    model.persons.set(handle, person);
    return person;
  }
  return known;
}

/** What activating, enabling and disabling answer: a status, or the code of a refusal. */
export function change(model: Model, how: "activate" | "enable" | "disable"): string {
  if (model.action === "available") return "action_not_added";
  if (how !== "activate" && model.action === "added") return "action_not_activated";
  if (how !== "disable" && !isEntitled(model)) return "upgrade_required";
  model.action = how === "disable" ? "disabled" : "active";
  return model.action;
}
