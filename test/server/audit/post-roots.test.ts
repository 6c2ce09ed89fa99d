import { Webhook } from "standardwebhooks";
import { expect, test, vi } from "vitest";
import { startRootPoster } from "../../../server/audit/post-roots.ts";
import { createLog } from "../../../server/log.ts";
import { newSecret } from "../../../server/webhooks/sign.ts";
import { startReceiver } from "../webhooks/receiver.ts";

const WORKSPACE = "00000000-0000-7000-8000-000000000000";
const rootOf = (seal: number) => ({ workspaceId: WORKSPACE, seal, root: "ab".repeat(32), at: Date.now() });

test("roots are posted in order and signed, each until it is taken, and nobody waits for it", async () => {
  let refusals = 3;
  const receiver = await startReceiver(() => (refusals-- > 0 ? 503 : 204));
  const secret = newSecret();
  const poster = startRootPoster(createLog("silent"), {
    url: receiver.url,
    secret,
    rules: { allowPrivate: true },
    clock: Date.now,
    delaysMs: [10, 10, 10],
  });
  for (const seal of [1, 2, 3]) poster.add(rootOf(seal));
  const received = await receiver.waitFor(6);
  const verifier = new Webhook(secret);
  const seals = received.map(({ body, headers }) => verifier.verify(body, headers));
  expect(seals.map((one) => (one as { data: { seal: number } }).data.seal)).toEqual([1, 1, 1, 1, 2, 3]);
  expect(seals[0]).toMatchObject({
    type: "audit.sealed",
    data: { workspaceId: WORKSPACE, root: "ab".repeat(32) },
  });
  await poster.close();
  await receiver.close();
});

test("whoever does not answer holds up nothing, and what waits is tried once more at the end", async () => {
  let isUp = false;
  const receiver = await startReceiver(() => (isUp ? 204 : 500));
  const poster = startRootPoster(createLog("silent"), {
    url: receiver.url,
    secret: null,
    rules: { allowPrivate: true },
    clock: Date.now,
    delaysMs: [60_000],
  });
  const begun = performance.now();
  for (const seal of [1, 2]) poster.add(rootOf(seal));
  expect(performance.now() - begun).toBeLessThan(50);
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1));
  isUp = true;
  await poster.close();
  expect(receiver.received).toHaveLength(3);
  await receiver.close();
});
