import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createClient, ProblemError } from "../../../server/client/client.ts";
import { defaultPack } from "../../support/packs.ts";
import { useDatabase } from "../../support/test-databases.ts";
import { startServer } from "../http/start-server.ts";

const database = useDatabase("pglite");
const docs = readFileSync(new URL("../../../docs/http.md", import.meta.url), "utf8");

test("the example in docs/http.md runs as it stands, but for where the server is", async () => {
  const server = await startServer(database(), await defaultPack());
  const [, example = ""] = /```ts\n(.*?)```/su.exec(docs) ?? [];
  const code = example
    .replace(/^import .*$/mu, "")
    .replace("http://localhost:3000", server.url)
    .replace("ce_…", server.key);
  const printed: string[] = [];
  const log = { log: (...words: readonly unknown[]) => void printed.push(words.join(" ")) };
  const run = new Function("createClient", "ProblemError", "console", `return (async () => {${code}})();`);
  await run(createClient, ProblemError, log);
  expect(printed).toEqual(["Mia Berg mia@berg.example"]);
  const client = createClient({ url: server.url, key: server.key });
  const { answer } = await client.listCustomers({ query: { has: ["name", "email"] } });
  expect(answer.customers).toMatchObject([{ name: "Mia Bergström", email: "mia@berg.example" }]);
  await server.close();
});
