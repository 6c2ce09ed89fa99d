import type { RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { listen } from "../../../server/http/listen.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Serves one request, and closes. What is left of the handler is whatever holds it from elsewhere. */
async function served(answer: string): Promise<WeakRef<RequestListener>> {
  const handler: RequestListener = (_request, response) => void response.end(answer);
  const { url, close } = await listen(handler, "127.0.0.1", 0);
  expect(await (await fetch(url)).text()).toBe(answer);
  await close();
  await expect(fetch(url)).rejects.toThrow("fetch failed");
  return new WeakRef(handler);
}

test("nothing holds on to what a server served once it is closed", async () => {
  const handler = await served("here");
  for (let round = 0; round < 50 && handler.deref() !== undefined; round += 1) {
    await sleep(20);
    collectGarbage();
  }
  expect(handler.deref()).toBeUndefined();
});
