/** The same dialogues as over HTTP, in the terminal: what a newcomer does first. */
import { describe, expect, test, vi } from "vitest";
import { DATABASE_KINDS, createClone } from "../../support/test-databases.ts";
import { DIALOGUES } from "../http/dialogues.ts";
import { enrich, freshFolder } from "./run-enrich.ts";

vi.setConfig({ testTimeout: 180_000 }); // several whole processes a test, on a machine that may be busy

const ROOT_KEY = Buffer.alloc(32, 7).toString("base64"); // a first start without one says that it made one

describe.each(DATABASE_KINDS)("enrich chat on %s", (kind) => {
  test.each(DIALOGUES.map((dialogue) => [dialogue.title, dialogue] as const))(
    "%s",
    async (_title, dialogue) => {
      const clone = kind === "postgres" ? await createClone() : null;
      const region = dialogue.region === undefined ? [] : ["--region", dialogue.region];
      const result = await enrich(freshFolder(), ["chat", "--why", ...region], {
        input: dialogue.lines.map(({ says }) => `${says}\n`).join(""),
        settings: { ROOT_KEY, ...(clone === null ? {} : { DATABASE_URL: clone.url }) },
      });
      await clone?.drop();
      expect([result.code, result.stderr]).toEqual([0, ""]);
      const turns = result.stdout.split(/^you: /mu).slice(1);
      for (const [index, { says, asks, known }] of dialogue.lines.entries()) {
        const turn = turns[index] ?? "";
        expect(turn.startsWith(`${says}\n`)).toBe(true);
        const asked = /^ +(\w+): asked/mu.exec(turn)?.[1] ?? null;
        expect([says, asked]).toEqual([says, asks === undefined ? asked : asks]);
        expect((/^bot: (.*)$/mu.exec(turn)?.[1] ?? "").split("?").length).toBeLessThanOrEqual(2);
        for (const field of Object.keys(known ?? {}))
          expect(turn).toMatch(new RegExp(`^ +${field}: .*known`, "mu"));
      }
      const values = Object.values(dialogue.lines.at(-1)?.known ?? {});
      const summary = result.stdout.trimEnd().split("\n").at(-1) ?? "";
      for (const value of values) expect(summary).toContain(value);
    },
  );
});
