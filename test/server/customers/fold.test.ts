import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldProfile, type Claim } from "../../../server/customers/fold.ts";

const said = (handleId: string, field: string, value: string, trust: Claim["trust"] = "claimed"): Claim => ({
  handleId,
  field,
  value,
  trust,
  unvalidated: false,
  denied: false,
});
const doubted = (handleId: string, value: string): Claim => ({
  ...said(handleId, "phone", value),
  unvalidated: true,
});
const denied = (handleId: string, value: string): Claim => ({ ...doubted(handleId, value), denied: true });

describe("what a profile makes of its claims", () => {
  test("within a handle the latest claim wins", () => {
    const profile = foldProfile(null, [said("a", "phone", "+1"), said("a", "phone", "+2")]);
    expect(profile).toEqual({
      values: { phone: "+2" },
      unvalidated: [],
      verified: [],
      conflicts: {},
      standings: ["superseded", "current"],
    });
  });

  test("across handles the earliest stays, even when it is corrected later, and the others are conflicts", () => {
    const profile = foldProfile(null, [
      said("a", "phone", "+1"),
      said("b", "phone", "+2"),
      said("a", "phone", "+3"),
    ]);
    expect(profile).toEqual({
      values: { phone: "+3" },
      unvalidated: [],
      verified: [],
      conflicts: { phone: ["+2"] },
      standings: ["superseded", "conflicting", "current"],
    });
  });

  test("the same value from another handle agrees", () => {
    const profile = foldProfile(null, [said("a", "phone", "+1"), said("b", "phone", "+1")]);
    expect(profile).toEqual({
      values: { phone: "+1" },
      unvalidated: [],
      verified: [],
      conflicts: {},
      standings: ["current", "agreeing"],
    });
  });

  test("a fuller form of the same name replaces it, whoever says it", () => {
    const profile = foldProfile(null, [said("a", "name", "Mike"), said("b", "name", "MIKE Smith")]);
    expect(profile).toEqual({
      values: { name: "MIKE Smith" },
      unvalidated: [],
      verified: [],
      conflicts: {},
      standings: ["agreeing", "current"],
    });
  });

  test("within a handle the latest claim wins even as a shorter form of the name; from another handle it agrees", () => {
    const own = foldProfile(null, [said("a", "name", "Mike Smith"), said("a", "name", "mike")]);
    expect(own.values).toEqual({ name: "mike" });
    expect(own.standings).toEqual(["superseded", "current"]);
    const other = foldProfile(null, [said("a", "name", "Mike Smith"), said("b", "name", "mike")]);
    expect(other.values).toEqual({ name: "Mike Smith" });
    expect(other.standings).toEqual(["current", "agreeing"]);
  });

  test("another name from another handle is a conflict", () => {
    const profile = foldProfile(null, [
      said("a", "name", "Mike"),
      said("b", "name", "Robert"),
      said("c", "name", "Mike Smith"),
    ]);
    expect(profile.values).toEqual({ name: "Mike Smith" });
    expect(profile.conflicts).toEqual({ name: ["Robert"] });
  });

  test("staff is trusted before verified, and verified before claimed, whatever the order", () => {
    const claims = [
      said("a", "phone", "+1"),
      said("b", "phone", "+2", "staff"),
      said("a", "phone", "+3", "verified"),
      said("c", "phone", "+4", "verified"),
      said("b", "phone", "+5"),
    ];
    const profile = foldProfile(null, claims);
    expect(profile.values).toEqual({ phone: "+2" });
    expect(profile.conflicts).toEqual({ phone: ["+3", "+4"] });
    const verified = foldProfile(
      null,
      claims.filter(({ trust }) => trust !== "staff"),
    );
    expect(verified.values).toEqual({ phone: "+3" });
  });

  test("the email is the profile's identity, and no claim changes it", () => {
    const claims = [said("a", "email", "bob@home.example"), said("a", "email", "bob@work.example")];
    expect(foldProfile("bob@work.example", claims)).toEqual({
      values: { email: "bob@work.example" },
      unvalidated: [],
      verified: [],
      conflicts: {},
      standings: ["superseded", "current"],
    });
    expect(foldProfile(null, claims).values).toEqual({});
  });
});

describe("what a profile makes of what staff says", () => {
  test("what staff sets wins over whatever is said, and the others are conflicts", () => {
    const profile = foldProfile(null, [said("a", "name", "Mike"), said("staff", "name", "Robert", "staff")]);
    expect(profile).toMatchObject({
      values: { name: "Robert" },
      conflicts: { name: ["Mike"] },
      verified: [],
    });
    expect(profile.standings).toEqual(["conflicting", "current"]);
  });

  test("a field is verified while its value is the one that was verified, whoever gives it", () => {
    const claims = [said("a", "phone", "+1"), said("staff/verified", "phone", "+1", "verified")];
    expect(foldProfile(null, claims).verified).toEqual(["phone"]);
    const set = said("staff", "phone", "+2", "staff");
    expect(foldProfile(null, [...claims, set])).toMatchObject({ values: { phone: "+2" }, verified: [] });
    expect(foldProfile(null, [...claims, { ...set, value: "+1" }]).verified).toEqual(["phone"]);
  });

  test("the addresses that handles go by are conflicts of one that staff set", () => {
    const claims = [
      said("a", "email", "bob@home.example"),
      said("a", "email", "bob@work.example"),
      said("b", "email", "bob@new.example"),
      said("staff", "email", "bob@new.example", "staff"),
    ];
    expect(foldProfile("bob@new.example", claims)).toMatchObject({
      values: { email: "bob@new.example" },
      conflicts: { email: ["bob@work.example"] },
      standings: ["superseded", "conflicting", "agreeing", "current"],
    });
  });
});

describe("what a profile makes of a number that could not be validated", () => {
  test("it is the value, and marked", () => {
    expect(foldProfile(null, [said("a", "phone", "+1"), doubted("a", "2")])).toMatchObject({
      values: { phone: "2" },
      unvalidated: ["phone"],
      standings: ["superseded", "current"],
    });
    expect(foldProfile(null, [doubted("a", "2"), said("a", "phone", "+1")]).unvalidated).toEqual([]);
  });

  test("once denied it is no value, and what it replaced stays replaced", () => {
    expect(foldProfile(null, [said("a", "phone", "+1"), denied("a", "2")])).toEqual({
      values: {},
      unvalidated: [],
      verified: [],
      conflicts: {},
      standings: ["superseded", "denied"],
    });
  });

  test("what another handle gave takes the place of what was denied, and contradicts nothing", () => {
    expect(foldProfile(null, [denied("a", "2"), said("b", "phone", "+1")])).toMatchObject({
      values: { phone: "+1" },
      conflicts: {},
      standings: ["denied", "current"],
    });
  });

  test("what is given after it is the value, even the same again", () => {
    expect(foldProfile(null, [denied("a", "2"), doubted("a", "2")])).toMatchObject({
      values: { phone: "2" },
      standings: ["denied", "current"],
    });
  });
});

describe("laws of the fold", () => {
  const claim = fc.record({
    handleId: fc.constantFrom("a", "b", "c"),
    field: fc.constantFrom("name", "phone", "size"),
    value: fc.constantFrom("Mike", "Mike Smith", "mike", "Bob", "+1", "+2"),
    trust: fc.constantFrom<Claim["trust"]>("claimed", "claimed", "verified", "staff"),
    unvalidated: fc.boolean(),
    denied: fc.constant(false),
  });
  const claims = fc.array(claim, { maxLength: 20 });

  test("a field has a value exactly when somebody gave one, and it is one that was given", () => {
    fc.assert(
      fc.property(claims, (said) => {
        const { values } = foldProfile(null, said);
        expect(Object.keys(values).toSorted()).toEqual(
          [...new Set(said.map(({ field }) => field))].toSorted(),
        );
        for (const [field, value] of Object.entries(values)) {
          expect(said.some((claim) => claim.field === field && claim.value === value)).toBe(true);
        }
      }),
    );
  });

  test("each field has exactly one current claim, and it is the one with the profile's value", () => {
    fc.assert(
      fc.property(claims, (said) => {
        const { values, standings } = foldProfile(null, said);
        const current = said.filter((_, index) => standings[index] === "current");
        expect(Object.fromEntries(current.map(({ field, value }) => [field, value]))).toEqual(values);
        expect(current.length).toBe(Object.keys(values).length);
      }),
    );
  });

  test("no claim of a lower trust ever changes a value of a higher one", () => {
    fc.assert(
      fc.property(claims, claim, (said, extra) => {
        const trusted = said.filter(({ field, trust }) => field === extra.field && trust !== "claimed");
        fc.pre(trusted.length > 0);
        const after = foldProfile(null, [...said, { ...extra, trust: "claimed" }]);
        expect(after.values).toEqual(foldProfile(null, said).values);
      }),
    );
  });

  test("a claim that is said again changes no value", () => {
    fc.assert(
      fc.property(claims, claim, (said, extra) => {
        const once = foldProfile(null, [...said, extra]);
        expect(foldProfile(null, [...said, extra, extra]).values).toEqual(once.values);
      }),
    );
  });

  test("a denied claim is never current, and stands in nobody's way", () => {
    const mixed = fc.array(fc.record({ claim, denied: fc.boolean() }), { maxLength: 20 });
    fc.assert(
      fc.property(mixed, (all) => {
        const said = all.map(({ claim, denied }) => ({ ...claim, denied }));
        const { standings } = foldProfile(null, said);
        expect(standings.map((standing) => standing === "denied")).toEqual(said.map(({ denied }) => denied));
        const undenied = said.filter(({ denied }) => !denied).map(({ field }) => field);
        for (const field of Object.keys(foldProfile(null, said).values)) expect(undenied).toContain(field);
      }),
    );
  });
});
