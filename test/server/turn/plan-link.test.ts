import { describe, expect, test } from "vitest";
import { planLink, statedEmailKey } from "../../../server/turn/plan-link.ts";

const anonymous = { id: "anonymous", emailKey: null };
const bob = { id: "bob", emailKey: "bob@work.example" };
const eve = { id: "eve", emailKey: "eve@home.example" };

describe("where a message that gave a detail leads", () => {
  test("the first detail creates a profile for the handle, without an email or with it", () => {
    expect(planLink(null, null, null, "new")).toEqual({
      target: { id: "new", emailKey: null },
      isNew: true,
      source: null,
      moves: "unlinked",
    });
    expect(planLink(null, bob.emailKey, null, "new")).toMatchObject({
      target: { id: "new", emailKey: bob.emailKey },
      isNew: true,
    });
  });

  test("the first detail, when it is a known email, leads to its customer", () => {
    expect(planLink(null, bob.emailKey, bob, "new")).toEqual({
      target: bob,
      isNew: false,
      source: null,
      moves: "unlinked",
    });
  });

  test("an anonymous profile takes a new email", () => {
    expect(planLink(anonymous, bob.emailKey, null, "new")).toEqual({
      target: { id: "anonymous", emailKey: bob.emailKey },
      isNew: false,
      source: null,
      moves: "none",
    });
  });

  test("all conversations of an anonymous profile move to the customer of a known email", () => {
    expect(planLink(anonymous, bob.emailKey, bob, "new")).toEqual({
      target: bob,
      isNew: false,
      source: anonymous,
      moves: "handle",
    });
  });

  test("another email moves this conversation alone", () => {
    expect(planLink(bob, eve.emailKey, eve, "new")).toEqual({
      target: eve,
      isNew: false,
      source: bob,
      moves: "this",
    });
    expect(planLink(bob, eve.emailKey, null, "new")).toEqual({
      target: { id: "new", emailKey: eve.emailKey },
      isNew: true,
      source: bob,
      moves: "this",
    });
  });

  test("the customer's own email, or none, moves nothing", () => {
    for (const stated of [bob.emailKey, null]) {
      expect(planLink(bob, stated, null, "new")).toEqual({
        target: bob,
        isNew: false,
        source: null,
        moves: "none",
      });
    }
  });
});

test("the email stated last in a message decides, by its canonical form", () => {
  expect(
    statedEmailKey([
      { field: "email", value: "eve@home.example" },
      { field: "email", value: "BOB@Bücher.Example" },
      { field: "name", value: "Bob" },
    ]),
  ).toBe("bob@xn--bcher-kva.example");
  expect(statedEmailKey([{ field: "name", value: "bob@work.example" }])).toBeNull();
});
