import type { Plan, PaymentStatus } from "./plans-contract.ts";

/** What an event of the payment provider tells of a workspace's subscription. Plain JSON. */
export interface Told {
  /** The provider's id of the subscription. */
  readonly subscription: string;
  /** The subscription as it is; null for an event of a payment, which only tells whether it went well. */
  readonly terms: {
    /** When the subscription was made, in seconds since the epoch: a later one takes the place of an earlier one. */
    readonly madeAt: number;
    readonly plan: Plan;
    /** Until when it is paid, in seconds since the epoch. */
    readonly periodEndsAt: number | null;
  } | null;
  readonly status: PaymentStatus;
}

export interface ToldEvent {
  /** The provider's id of the event: the same one again tells nothing new. */
  readonly id: string;
  readonly type: string;
  /** When it happened, by the provider's clock, in milliseconds. Events arrive in any order. */
  readonly createdAt: number;
  /** Null where the event names none. */
  readonly workspaceId: string | null;
  /** Null: nothing that changes what is subscribed to. */
  readonly told: Told | null;
}

/** What events of one second mean in turn: a subscription is made, then paid or not, then changed, then over. */
const TURN = [
  "customer.subscription.created",
  "invoice.",
  "customer.subscription.updated",
  "customer.subscription.deleted",
];

/** The subscription as it follows from all that was told of it, in whatever order it came; null: nothing was told of one. */
export function foldEvents(
  events: readonly ToldEvent[],
): { readonly plan: Plan; readonly status: PaymentStatus; readonly periodEndsAt: Date | null } | null {
  const current = events.toSorted(inOrder).reduce<Current | null>(next, null);
  if (current === null) return null;
  const { plan, periodEndsAt } = current.terms;
  return {
    plan,
    status: current.status === "active" && current.hasFailed ? "past_due" : current.status,
    periodEndsAt: periodEndsAt === null ? null : new Date(periodEndsAt * 1_000),
  };
}

type Current = Told & {
  readonly terms: NonNullable<Told["terms"]>;
  /** A payment failed since the subscription was told of last. */
  readonly hasFailed: boolean;
};

function next(current: Current | null, { told }: ToldEvent): Current | null {
  if (told === null) return current;
  const { subscription, terms, status } = told;
  const isSame = current?.subscription === subscription;
  // A payment that goes well puts right one that did not, and no more: of several that are due, another may be open still.
  if (terms === null) return isSame ? { ...current, hasFailed: status !== "active" } : current;
  const isOlder = current !== null && !isSame && terms.madeAt < current.terms.madeAt;
  return isOlder ? current : { subscription, terms, status, hasFailed: false };
}

function inOrder(one: ToldEvent, other: ToldEvent): number {
  return one.createdAt - other.createdAt || turnOf(one) - turnOf(other) || (one.id < other.id ? -1 : 1);
}

const turnOf = ({ type }: ToldEvent) => TURN.findIndex((prefix) => type.startsWith(prefix));
