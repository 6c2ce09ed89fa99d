import * as fc from "fast-check";
import { expect, test } from "vitest";
import { foldEvents, type ToldEvent } from "../../../server/billing/fold-events.ts";

const SECOND_MS = 1_000;

const at = (seconds: number, type: string, told: ToldEvent["told"]): ToldEvent => {
  return { id: `evt_${type}_${seconds}`, type, createdAt: seconds * SECOND_MS, workspaceId: "w", told };
};
type Status = "active" | "past_due" | "unpaid" | "cancelled";
const subscription = (
  seconds: number,
  what: "created" | "updated" | "deleted",
  status: Status,
  plan: "starter" | "professional" | "enterprise" = "professional",
  [id, madeAt]: readonly [string, number] = ["sub_1", 10],
) =>
  at(seconds, `customer.subscription.${what}`, {
    subscription: id,
    terms: { madeAt, plan, periodEndsAt: null },
    status,
  });
const invoice = (seconds: number, went: "paid" | "payment_failed", id = "sub_1") =>
  at(seconds, `invoice.${went}`, {
    subscription: id,
    terms: null,
    status: went === "paid" ? "active" : "past_due",
  });
const standing = (...events: readonly ToldEvent[]) => {
  const folded = foldEvents(events);
  return folded && `${folded.plan} ${folded.status}`;
};

test("the latest word about a subscription counts, and payments between say whether it is paid", () => {
  expect(standing()).toBeNull();
  expect(standing(invoice(11, "paid"))).toBeNull(); // of which subscription nothing is known
  const made = subscription(10, "created", "unpaid");
  expect(standing(made)).toBe("professional unpaid");
  const active = subscription(11, "updated", "active");
  expect(standing(made, active)).toBe("professional active");
  const failed = invoice(20, "payment_failed");
  expect(standing(made, active, failed)).toBe("professional past_due");
  expect(standing(made, active, failed, invoice(21, "paid"))).toBe("professional active");
  expect(standing(made, active, failed, subscription(22, "updated", "active", "enterprise"))).toBe(
    "enterprise active",
  );
  // One invoice that is paid says nothing of another that is not.
  expect(standing(made, subscription(20, "updated", "past_due"), invoice(21, "paid"))).toBe(
    "professional past_due",
  );
  // What is over stays so, whatever is paid for it afterwards.
  expect(standing(made, active, subscription(30, "deleted", "cancelled"), invoice(31, "paid"))).toBe(
    "professional cancelled",
  );
});

test("a subscription that was made later takes the place of an earlier one, whose end then ends nothing", () => {
  const first = subscription(10, "created", "active");
  const second = subscription(20, "created", "active", "enterprise", ["sub_2", 20]);
  expect(standing(first, second, subscription(21, "deleted", "cancelled"))).toBe("enterprise active");
  expect(standing(first, second, invoice(22, "payment_failed"))).toBe("enterprise active");
});

test("in one second, a subscription is made before it is paid, changed or over", () => {
  const events = [
    subscription(10, "updated", "active"),
    subscription(10, "created", "unpaid"),
    invoice(10, "payment_failed"),
  ];
  expect(standing(...events)).toBe("professional active");
});

test("law: in whatever order events come, and however often, the same follows", () => {
  const time = fc.integer({ min: 10, max: 14 });
  const id = fc.constantFrom<readonly [string, number]>(["sub_1", 10], ["sub_2", 12]);
  const event = fc.oneof(
    fc
      .tuple(
        time,
        fc.constantFrom("created" as const, "updated" as const, "deleted" as const),
        fc.constantFrom<Status>("active", "past_due", "unpaid", "cancelled"),
        fc.constantFrom("starter" as const, "professional" as const, "enterprise" as const),
        id,
      )
      .map((parts) => subscription(...parts)),
    fc
      .tuple(time, fc.constantFrom("paid" as const, "payment_failed" as const), id)
      .map(([when, went, [of]]) => invoice(when, went, of)),
  );
  const events = fc
    .array(event, { maxLength: 12 })
    .map((all) => all.map((one, n) => ({ ...one, id: `evt_${n}` })));
  fc.assert(
    fc.property(
      events.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        expect(foldEvents(shuffled)).toEqual(foldEvents(all));
      },
    ),
  );
});
