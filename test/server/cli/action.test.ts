import { describe, expect, test, vi } from "vitest";
import { configuredBilling } from "../../../server/cli/configured-billing.ts";
import { readEnvironment } from "../../../server/environment.ts";
import { enrich, freshFolder } from "./run-enrich.ts";

vi.setConfig({ testTimeout: 180_000 }); // several whole processes, on a machine that may be busy

test("the action and the plan are seen and changed at the terminal", async () => {
  const folder = freshFolder();
  const disabled = await enrich(folder, ["action", "disable"]);
  expect(disabled.stdout).toMatch(
    /^customer_enrichment: disabled\n {2}nothing is collected: the action is not active\n/u,
  );
  expect(disabled.stdout).toMatch(
    /activated \S+ by system installation\n {2}changed {3}\S+ by operator \S+\n$/u,
  );
  const lapsed = await enrich(folder, ["billing", "set", "enterprise", "--status", "past_due"]);
  expect(lapsed.stdout).toBe(
    [
      "plan enterprise, past_due",
      "  Customer Enrichment does not collect on it",
      "  starter      $9 a month, without Customer Enrichment",
      "  professional $19 a month, with Customer Enrichment",
      "  enterprise   $49 a month, with Customer Enrichment, priority support",
      "",
    ].join("\n"),
  );
  const refused = await enrich(folder, ["action", "enable"]);
  expect([refused.code, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toContain("not in good standing (past due)");
});

const billing = (settings: Readonly<Record<string, string>>) => {
  const read = readEnvironment(settings, freshFolder());
  if ("problems" in read) return Promise.reject(new Error(read.problems.join("\n")));
  return configuredBilling(read.environment);
};

describe("who takes the money", () => {
  const stripe = {
    STRIPE_SECRET_KEY: "sk_test_1",
    STRIPE_WEBHOOK_SECRET: "whsec_1",
    STRIPE_PRICES: "starter=price_1, professional=price_2, enterprise=price_3",
    UPGRADE_URL: "https://shop.example/plans",
  };

  test("is nobody, or Stripe where all of its settings are there", async () => {
    expect(await billing({})).toMatchObject({ name: "manual", upgradeUrl: "/v1/billing" });
    expect(await billing({ UPGRADE_URL: stripe.UPGRADE_URL })).toMatchObject({ name: "manual", ...upgrade });
    expect(await billing(stripe)).toMatchObject({ name: "stripe", ...upgrade });
  });
  const upgrade = { upgradeUrl: stripe.UPGRADE_URL };

  test.each(Object.keys(stripe))("is nobody's guess without %s: the server does not start", async (name) => {
    await expect(billing({ ...stripe, [name]: " " })).rejects.toMatchObject({
      lines: [expect.stringContaining("set all of"), expect.anything()],
    });
  });

  test.each([
    "starter=price_1",
    "starter=price_1,professional=price_2,gold=price_3",
    "price_1,price_2,price_3",
  ])("needs the price of each plan: not %s", async (prices) => {
    await expect(billing({ ...stripe, STRIPE_PRICES: prices })).rejects.toThrow(
      "STRIPE_PRICES must be the price of each plan: starter=price_…",
    );
  });
});
