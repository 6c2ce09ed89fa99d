import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseLeaf, stepLine } from "../../../server/audit/leaves.ts";
import { digest, hashStep, micros, type Cell } from "../../../server/audit/step.ts";

const sha256 = (...parts: readonly (string | Uint8Array)[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

test("the link of a step is what docs/audit.md says", () => {
  const at = micros(1_750_000_000_123);
  const empty = { external_id: null, turn: null, response: null, pack_hash: null, state_hash: null };
  const message = { ...empty, seq: "1", id: "m", handle_id: "h", role: "agent", at, recorded_at: "0" };
  const { link, rows } = hashStep({
    workspaceId: "w",
    conversationId: "c",
    previous: null,
    conversation: { platform: "api", handle_id: "h", handle: Uint8Array.of(7, 8), since_activation: "true" },
    messages: [{ ...message, text: Uint8Array.of(1, 2, 3) }],
    turns: [],
    claims: [],
    findings: [],
  });
  const hashes = [
    sha256("13:conversations,3:api,1:h,2:", Uint8Array.of(7, 8), ",4:true,"),
    sha256(
      "8:messages,1:1,1:m,1:h,5:agent,3:",
      Uint8Array.of(1, 2, 3),
      ",-,-,-,-,-,16:1750000000123000,1:0,",
    ),
  ];
  expect(rows.map(({ hash }) => hash.toString("hex"))).toEqual(hashes);
  const cells = hashes.flatMap((hash) => ["32:", Buffer.from(hash, "hex"), ","]);
  expect(link.toString("hex")).toBe(sha256("26:customer-enrichment step 1,1:w,1:c,-,", ...cells));
  expect(stepLine("c", 1, { link, rows })).toBe(
    `step c 1 ${link.toString("hex")} v${hashes[0]?.slice(0, 12)},m${hashes[1]?.slice(0, 12)}`,
  );
});

const cells: fc.Arbitrary<readonly Cell[]> = fc.array(
  fc.oneof(fc.constant(null), fc.string({ unit: "grapheme", maxLength: 6 }), fc.uint8Array({ maxLength: 4 })),
  { maxLength: 6 },
);
const digested = (list: readonly Cell[]) =>
  digest((add) => {
    for (const cell of list) add(cell);
  }).toString("hex");
// A text and its bytes are the same cell.
const plain = (list: readonly Cell[]) =>
  JSON.stringify(list.map((cell) => cell && Buffer.from(cell).toString("hex")));

test("law: no two lists of cells are written alike", () => {
  fc.assert(
    fc.property(cells, cells, (one, other) => {
      expect(digested(one) === digested(other)).toBe(plain(one) === plain(other));
    }),
  );
  expect(digested(["1:a,"])).not.toBe(digested(["a"]));
  expect(digested([null])).not.toBe(digested([""]));
});

test("a leaf is read as it was written, and nothing else is a leaf", () => {
  const id = "01a20fb1-25e6-742c-a614-46ec24cb9eb3";
  const link = Buffer.alloc(32, 0xab);
  const written = stepLine(id, 3, {
    link,
    rows: [{ table: "messages", row: {}, hash: Buffer.alloc(32, 1) }],
  });
  const marks = ["m010101010101"];
  const hex = link.toString("hex");
  const step = { kind: "step", conversationId: id, messageSeq: 3, link: hex, marks, claimSeqs: "" };
  expect(parseLeaf(written)).toEqual(step);
  expect(parseLeaf(`${written} 12,13`)).toEqual({ ...step, claimSeqs: "12,13" });
  expect(parseLeaf(`erased ${id}`)).toEqual({ kind: "erased", conversationId: id });
  for (const line of [
    "",
    "step",
    `erased ${id} `,
    `step ${id} 0 ${hex} m0`,
    `step ${id} 3 ${hex}`,
    `${written} x`,
  ])
    expect(parseLeaf(line)).toBeNull();
});
