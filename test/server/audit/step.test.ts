import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseLeaf, stepLine } from "../../../server/audit/leaves.ts";
import { digest, linkOf, micros, type Cell } from "../../../server/audit/step.ts";

const sha256 = (...parts: readonly (string | Uint8Array)[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

test("the link of a step is what docs/audit.md says", () => {
  const at = micros(1_750_000_000_123);
  const empty = { external_id: null, turn: null, response: null, pack_hash: null, state_hash: null };
  const message = { ...empty, seq: "1", id: "m", handle_id: "h", role: "agent", at, recorded_at: "0" };
  const link = linkOf({
    workspaceId: "w",
    conversationId: "c",
    previous: null,
    conversation: { platform: "api", handle_id: "h", handle: Uint8Array.of(7, 8) },
    messages: [{ ...message, text: Uint8Array.of(1, 2, 3) }],
    turns: [],
    claims: [],
    findings: [],
  });
  expect(link.toString("hex")).toBe(
    sha256(
      "26:customer-enrichment step 1,1:w,1:c,-,13:conversations,3:api,1:h,2:",
      Uint8Array.of(7, 8),
      ",8:messages,1:1,1:m,1:h,5:agent,3:",
      Uint8Array.of(1, 2, 3),
      ",-,-,-,-,-,16:1750000000123000,1:0,",
    ),
  );
});

const cells: fc.Arbitrary<readonly Cell[]> = fc.array(
  fc.oneof(fc.constant(null), fc.string({ unit: "grapheme", maxLength: 6 }), fc.uint8Array({ maxLength: 4 })),
  { maxLength: 6 },
);
const written = (list: readonly Cell[]) =>
  digest((add) => {
    for (const cell of list) add(cell);
  }).toString("hex");
// A text and its bytes are the same cell.
const plain = (list: readonly Cell[]) =>
  JSON.stringify(list.map((cell) => cell && Buffer.from(cell).toString("hex")));

test("law: no two lists of cells are written alike", () => {
  fc.assert(
    fc.property(cells, cells, (one, other) => {
      expect(written(one) === written(other)).toBe(plain(one) === plain(other));
    }),
  );
  expect(written(["1:a,"])).not.toBe(written(["a"]));
  expect(written([null])).not.toBe(written([""]));
});

test("a leaf is read as it was written, and nothing else is a leaf", () => {
  const id = "01a20fb1-25e6-742c-a614-46ec24cb9eb3";
  const link = Buffer.alloc(32, 0xab);
  const step = { kind: "step", conversationId: id, messageSeq: 3, link: link.toString("hex"), claimSeqs: "" };
  expect(parseLeaf(stepLine(id, 3, link))).toEqual(step);
  expect(parseLeaf(`${stepLine(id, 3, link)} 12,13`)).toEqual({ ...step, claimSeqs: "12,13" });
  expect(parseLeaf(`erased ${id}`)).toEqual({ kind: "erased", conversationId: id });
  for (const line of ["", "step", `erased ${id} `, `step ${id} 0 ${step.link}`, `${stepLine(id, 3, link)} x`])
    expect(parseLeaf(line)).toBeNull();
});
