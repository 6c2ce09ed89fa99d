import { describe, expect, test } from "vitest";
import { networkOf } from "../../../server/limits/address.ts";
import { createLimiter } from "../../../server/limits/limiter.ts";
import { createSharedCounts } from "../../../server/limits/shared-counts.ts";
import { ensureFirstWorkspace } from "../../../server/workspaces/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { asTwoProcesses, useDatabase } from "../../support/test-databases.ts";
import { startServer } from "../http/start-server.ts";

const opened = useDatabase("pglite");

describe("over HTTP", () => {
  test("a key is let through so often a minute, is told where it stands, and then when to come again", async () => {
    const server = await startServer(opened(), await defaultPack(), null, {
      rates: { caller: 3, visitor: 9, address: 9 },
    });
    const seen = [];
    for (let index = 0; index < 4; index += 1) seen.push(await server.fetch("/v1/filters"));
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(seen.map(({ headers }) => headers.get("ratelimit"))).toEqual(
      [2, 1, 0, 0].map((left) => expect.stringMatching(`^"caller";r=${left};t=(60|59|58)$`)),
    );
    const over = seen[3];
    expect(over?.headers.get("ratelimit-policy")).toBe('"caller";q=3;w=60');
    expect(over?.body).toMatchObject({ code: "rate_limited", status: 429 });
    const wait = Number(over?.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(50);
    expect(over?.body.detail).toBe(
      `Too many requests with this credential: at most 3 a minute. Try again in ${wait} seconds.`,
    );
    await server.close();
  });

  test("a person's messages are counted by handle and platform, whoever else chats", async () => {
    const server = await startServer(opened(), await defaultPack(), null, {
      rates: { caller: 99, visitor: 2, address: 9 },
    });
    const say = async (handle: string, platform: string) =>
      (
        await server.fetch("/v1/chat", {
          method: "POST",
          body: JSON.stringify({ handle, platform, text: "Hi" }),
        })
      ).status;
    expect([await say("a", "api"), await say("a", "api"), await say("a", "api")]).toEqual([200, 200, 429]);
    expect([await say("a", "line"), await say("b", "api")]).toEqual([200, 200]);
    await server.close();
  });

  test("an address without a valid credential is stopped; who is known to have one at that address is not", async () => {
    const server = await startServer(opened(), await defaultPack(), null, {
      rates: { caller: 99, visitor: 9, address: 3 },
    });
    const ask = async (authorization: string) =>
      (await server.fetch("/v1/filters", { headers: { authorization } })).status;
    const { key: late } = (
      await server.fetch("/v1/keys", {
        method: "POST",
        body: JSON.stringify({ label: "x", scopes: ["chat"] }),
      })
    ).body;
    const wrong = ["", "Basic eDp5", `${server.key}x`, "Bearer ce_x"];
    const seen = [];
    for (const authorization of wrong) seen.push(await ask(authorization));
    expect(seen).toEqual([401, 401, 401, 429]);
    expect(await ask(`Bearer ${late}`)).toBe(429); // nobody knows yet that it is one
    expect(await ask(`Bearer ${server.key}`)).toBe(200);
    await server.close();
  });
});

test("an address is an IPv4 address, or the network that an IPv6 address is in", () => {
  const same: readonly (readonly [string, string])[] = [
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:DB8:1:2::9"],
    ["2001:db8::1", "2001:0db8:0:0:ffff::"],
    ["fe80::1%eth0", "fe80::2"],
  ];
  for (const [one, other] of same) expect(networkOf(one)).toBe(networkOf(other));
  expect(networkOf("2001:db8:1:2::1")).not.toBe(networkOf("2001:db8:1:3::1"));
  expect(networkOf("::1")).toBe("0:0:0:0::/64");
  expect(networkOf("2001:db8:1:2:3::")).toBe("2001:db8:1:2::/64");
  expect(networkOf(undefined)).toBe("unknown");
});

test("two servers on one database share their counts: what both let through exceeds the limit by what was not yet settled", async () => {
  await asTwoProcesses(async (processes) => {
    const rates = { caller: 20, visitor: 99, address: 99 };
    const servers = [];
    for (const database of processes)
      servers.push(await startServer(database, await defaultPack(), null, { rates }));
    const key = servers[0]?.key ?? "";
    let passed = 0;
    for (let round = 0; round < 8; round += 1) {
      for (const server of [...servers, ...servers]) {
        const answer = await server.fetch("/v1/filters", { headers: { authorization: `Bearer ${key}` } });
        if (answer.status === 200) passed += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, 500)); // time to settle
    }
    expect(passed).toBeGreaterThanOrEqual(rates.caller);
    expect(passed).toBeLessThanOrEqual(rates.caller + 4); // a round
    for (const server of servers) await server.close();
  });
});

test("law of one settlement: every process knows the sum of all, and who stays below what is held back is told to nobody", async () => {
  await asTwoProcesses(async (processes) => {
    await ensureFirstWorkspace(processes[0], Date.now());
    const [one, two] = processes.map((database) =>
      createLimiter({
        kind: "test",
        perMinute: 50,
        heldBack: 5,
        shared: createSharedCounts(storeOf(database), 60),
      }),
    );
    if (one === undefined || two === undefined) throw new Error("two processes");
    const countTimes = async (limiter: typeof one, name: string, times: number) => {
      for (let index = 0; index < times; index += 1) await limiter.count(name);
    };
    await countTimes(one, "a", 20);
    await countTimes(two, "a", 17);
    await countTimes(one, "quiet", 4);
    await one.settle();
    await countTimes(one, "a", 1); // while the other settles
    await two.settle();
    await one.settle();
    expect((await one.standing("a")).remaining).toBe(50 - 38);
    expect((await two.standing("a")).remaining).toBe(50 - 37);
    await countTimes(two, "quiet", 5);
    await two.settle();
    expect((await two.standing("quiet")).remaining).toBe(45);
  });
});
