import * as fc from "fast-check";
import { expect, test } from "vitest";
import { understand } from "../../../engine/understand/understand.ts";
import { smallPack } from "../decide/small-pack.ts";
import { context } from "./hear.ts";

const pack = smallPack();

test("what was asked for changes what is heard", () => {
  const [volunteered] = understand(pack, "Rose", context({})).findings;
  const [answered] = understand(pack, "Rose", context({ asked: "name" })).findings;
  expect(volunteered).toBeUndefined();
  expect(answered).toMatchObject({ field: "name", value: "Rose", status: "accepted" });
});

test("law: any string is understood without a throw, and every time alike", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.option(fc.string({ unit: "binary" })), (text, previous) => {
      const around = { requested: ["email", "name"], previous, region: "AU" };
      expect(understand(pack, text, around)).toEqual(understand(pack, text, around));
    }),
  );
});
