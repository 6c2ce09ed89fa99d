import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { explainTrace } from "../engine/decide/explain.ts";
import { defaultPack } from "./support/packs.ts";
import { play } from "./engine/decide/conversation.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const block = (beginning: string) => {
  const from = readme.indexOf(`\`\`\`\n${beginning}`) + 4;
  return readme.slice(from, readme.indexOf("```", from)).trimEnd();
};

test("the chat session in the README is what the engine says, and so are the reasons shown for one of its turns", async () => {
  const session = block("you: Hi\n");
  const said = session.split("\n").filter((line) => line.startsWith("you: "));
  expect(said.length).toBeGreaterThan(4);
  const lines = said.map((line) => ({ role: "customer", text: line.slice("you: ".length) }) as const);
  const turns = play(await defaultPack(), lines).map(({ text, turn }) => ({
    why: explainTrace(turn.trace, text).map((line) => `     ${line}`),
    spoken: [`you: ${text}`, ...turn.replies.map((reply) => `bot: ${reply}`)].join("\n"),
  }));
  expect(turns.map(({ spoken }) => spoken).join("\n")).toBe(session);

  const explained = block("you: do you have parking?\n");
  const parking = turns.find(({ spoken }) => spoken.startsWith("you: do you have parking?"));
  expect([parking?.spoken, ...(parking?.why ?? [])].join("\n")).toBe(explained);
});
