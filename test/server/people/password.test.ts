import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../server/app-error.ts";
import { checkNewPassword, hashPassword, verifyPassword } from "../../../server/people/password.ts";

const EMAIL = "anna.long.name@work.example";

/** How long eight wrong tries take, in milliseconds. */
async function timed(hashed: string | null): Promise<number> {
  const start = performance.now();
  for (let tries = 0; tries < 8; tries += 1) expect(await verifyPassword(hashed, "wrong words")).toBe(false);
  return performance.now() - start;
}

describe("a new password", () => {
  test.each([
    ["eleven characters", "elevenchars", "at least 12"],
    ["eleven characters that are many code units", "🦢".repeat(11), "at least 12"],
    ["129 characters", "x".repeat(129), "at most 128"],
    ["the address itself, in another case", EMAIL.toUpperCase(), "not be the email"],
    ["a common one, in another case", "Password1234", "most common"],
    ["a common one in full-width letters", "ｐａｓｓｗｏｒｄ１２３４", "most common"],
  ])("is refused: %s", (_what, password, words) => {
    expect(() => checkNewPassword(password, EMAIL)).toThrow(words);
    expect(() => checkNewPassword(password, EMAIL)).toThrow(AppError);
  });

  test.each([["no digits needed at all"], ["🦢".repeat(12)], ["x".repeat(128)], ["            a"]])(
    "is taken: %s",
    (password) => {
      expect(checkNewPassword(password, EMAIL)).toBe(password);
    },
  );
});

describe("a hash", () => {
  test("is Argon2id at the cost that the design names, with a salt of its own", async () => {
    const [one, other] = await Promise.all([hashPassword("the same words"), hashPassword("the same words")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/u);
    expect(one).not.toBe(other);
  });

  test("law: a password opens its hash in each of its spellings, and no other one does", async () => {
    const password = fc.string({ unit: "grapheme", minLength: 12, maxLength: 40 });
    const property = fc.asyncProperty(password, fc.string(), async (given, other) => {
      const chosen = given.normalize("NFKC");
      const hashed = await hashPassword(chosen);
      for (const form of ["NFC", "NFD"] as const) {
        expect(await verifyPassword(hashed, given.normalize(form))).toBe(true);
      }
      expect(await verifyPassword(hashed, other)).toBe(other.normalize("NFKC") === chosen);
    });
    await fc.assert(property, { numRuns: 15 });
  });

  test("without one nothing opens, and trying takes as long", async () => {
    const hashed = await hashPassword("the right words");
    await timed(null);
    const [known, unknown] = [await timed(hashed), await timed(null)];
    expect(unknown / known).toBeGreaterThan(1 / 3);
    expect(unknown / known).toBeLessThan(3);
  });

  test("more at once than may wait are refused, and those before them are answered", async () => {
    const answers = await Promise.allSettled(Array.from({ length: 120 }, () => hashPassword("many at once")));
    const refused = answers.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(16); // 4 at work and 100 who wait
    expect(refused[0]).toMatchObject({ reason: { code: "sign_in_busy" } });
    expect(await hashPassword("and then again")).toContain("argon2id");
  });
});
