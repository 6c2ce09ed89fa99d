import { once } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { createClone } from "../../support/test-databases.ts";
import { collect, enrich, freshFolder, startEnrich } from "./run-enrich.ts";

vi.setConfig({ testTimeout: 200_000 });

const WAIT = { timeout: 60_000, interval: 100 }; // a process takes seconds to start from its sources
let child: ReturnType<typeof startEnrich> | null = null;
afterEach(() => void child?.kill("SIGKILL"));

test("several processes share the port and the persons, and one that dies is replaced", async () => {
  const clone = await createClone();
  child = startEnrich(freshFolder(), ["serve"], { PORT: "0", WORKERS: "2", DATABASE_URL: clone.url });
  const printed = collect(child);
  const curl = await vi.waitFor(() => {
    const line = printed()
      .stdout.split("\n")
      .find((text) => text.startsWith("curl "));
    if (line === undefined) throw new Error(`nothing to try yet: ${printed().stderr}`);
    return line;
  }, WAIT);
  const url = /http:\/\/[^/]+/u.exec(curl)?.[0] ?? "";
  const key = /ce_[\w-]+\.[\w-]+/u.exec(curl)?.[0] ?? "";
  expect(printed().stdout.match(/listens on/gu)).toHaveLength(1);

  // Each over a connection of its own: they go to the processes in turn.
  const say = async (handle: string) => {
    const answer = await fetch(`${url}/v1/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
      body: JSON.stringify({ handle, text: "do you have parking?" }),
      signal: AbortSignal.timeout(5_000), // what was handed to a process as it died is answered by nobody
    });
    const { turn } = JSON.parse(await answer.text());
    return turn;
  };
  const pids = () =>
    new Set(
      [...(printed().stdout + printed().stderr).matchAll(/"pid":(\d+)[^\n]*"answered"/gu)].map(
        ([, pid]) => pid,
      ),
    );
  let turns = 0;
  const talk = async () => {
    turns += 1;
    expect(await Promise.all([say("a"), say("b")])).toEqual([turns, turns]);
  };
  await vi.waitFor(async () => {
    await talk();
    expect(pids().size).toBe(2);
  }, WAIT);

  const [victim] = pids();
  process.kill(Number(victim), "SIGKILL");
  await vi.waitFor(async () => {
    await say("c");
    expect(pids().size).toBe(3);
  }, WAIT);
  await talk();

  const closed = once(child, "close");
  child.kill("SIGTERM");
  expect((await closed)[0]).toBe(0);
  await clone.drop();
});

test("the embedded database refuses several processes, and says what to do", async () => {
  const refused = await enrich(freshFolder(), ["serve"], { settings: { PORT: "0", WORKERS: "2" } });
  expect([refused.code, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toContain("set DATABASE_URL");
});
