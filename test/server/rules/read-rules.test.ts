import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readRules, RULE_FILE_BYTES_MAX } from "../../../server/rules/read-rules.ts";

function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(join(tmpdir(), "enrich-rules-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

async function problemsIn(root: string): Promise<readonly string[]> {
  const read = await readRules(root);
  return "problems" in read ? read.problems.map((problem) => `${problem.path}: ${problem.message}`) : [];
}

describe("a folder of rules", () => {
  test("is read as its YAML files in path order, whatever else lies in it", async () => {
    const root = folder({
      "fields.yaml": "f",
      "en/book.yml": "b",
      "en/a.yaml": "ä",
      "README.md": "no",
      "schema.json": "{}",
      ".hidden.yaml": "no",
      ".git/config.yaml": "no",
      "en/book.yaml.bak": "no",
    });
    expect(await readRules(root)).toEqual({
      files: [
        { path: "en/a.yaml", text: "ä" },
        { path: "en/book.yml", text: "b" },
        { path: "fields.yaml", text: "f" },
      ],
    });
  });

  test("may consist of links, as mounted configuration does, as long as they stay inside", async () => {
    const root = folder({ "..data/fields.yaml": "f" });
    symlinkSync(join("..data", "fields.yaml"), join(root, "fields.yaml"));
    expect(await readRules(root)).toEqual({ files: [{ path: "fields.yaml", text: "f" }] });
  });

  test("is refused when a link leads out of it or nowhere", async () => {
    const outside = folder({ "secret.yaml": "s" });
    const root = folder({ "fields.yaml": "f" });
    symlinkSync(join(outside, "secret.yaml"), join(root, "stolen.yaml"));
    symlinkSync("nowhere.yaml", join(root, "lost.yaml"));
    expect(await problemsIn(root)).toEqual([
      "lost.yaml: cannot be read (ENOENT)",
      "stolen.yaml: is a link to a place outside the rules folder",
    ]);
  });

  test("is refused when a file is too large or not UTF-8", async () => {
    const large = folder({ "large.yaml": "x".repeat(RULE_FILE_BYTES_MAX + 1) });
    const latin = folder({ "latin.yaml": new Uint8Array([0x61, 0xe9, 0x62]) });
    expect(await problemsIn(large)).toEqual([`large.yaml: is larger than ${RULE_FILE_BYTES_MAX} bytes`]);
    expect(await problemsIn(latin)).toEqual(["latin.yaml: is not UTF-8 text"]);
  });

  test("is refused when it is missing, a file, or empty", async () => {
    const file = join(folder({ "fields.yaml": "f" }), "fields.yaml");
    expect(await problemsIn("/nowhere/rules")).toEqual([
      "/nowhere/rules: cannot be read as a folder of rule files (ENOENT)",
    ]);
    expect(await problemsIn(file)).toEqual([`${file}: cannot be read as a folder of rule files (ENOTDIR)`]);
    expect(await problemsIn(folder({ "README.md": "no rules" }))).toHaveLength(1);
  });
});
