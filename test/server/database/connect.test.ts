import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { openDatabase } from "../../../server/database/connect.ts";
import { createClone } from "../../support/test-databases.ts";

/** How opening fails: its sentence. */
async function refusal(databaseUrl: string, production = false): Promise<string> {
  const error: unknown = await openDatabase({ databaseUrl }, { production }).then(
    (database) => database.close(),
    (error: unknown) => error,
  );
  expect(error).toMatchObject({ name: "AppError", code: "database_unavailable" });
  return error instanceof Error ? error.message : "";
}

describe("a server that cannot be used is refused in plain words", () => {
  let clone: Awaited<ReturnType<typeof createClone>>;
  beforeAll(async () => {
    clone = await createClone();
  });
  afterAll(() => clone.drop());

  const changed = (change: (url: URL) => void) => {
    const url = new URL(clone.url);
    change(url);
    return url.href;
  };

  test("when it is down", async () => {
    const port = await closedPort();
    expect(await refusal(changed((url) => (url.port = String(port))))).toBe(
      `No database answers at 127.0.0.1:${port}${new URL(clone.url).pathname}: is it running?`,
    );
  });

  test("when the password is wrong, without showing it", async () => {
    const message = await refusal(changed((url) => (url.password = "hunter2")));
    expect(message).toContain("check the user and the password");
    expect(message).not.toContain("hunter2");
  });

  test("when there is no such database", async () => {
    expect(await refusal(changed((url) => (url.pathname = "/nowhere")))).toContain(
      "There is no such database",
    );
  });

  test("when something else answers there", async () => {
    const stranger = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
    try {
      const address = stranger.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      expect(await refusal(changed((url) => (url.port = String(port))))).toContain("cannot be used");
    } finally {
      stranger.close();
    }
  });

  test("when the login is a superuser, in production only", async () => {
    const { adminUrl } = inject("databases");
    expect(await refusal(adminUrl, true)).toContain("bypasses row-level security");
    const database = await openDatabase({ databaseUrl: adminUrl });
    await database.close();
  });

  test("but a login that owns the database and is no superuser serves production", async () => {
    const database = await openDatabase({ databaseUrl: clone.url }, { production: true });
    expect(database.kind).toBe("postgres");
    await database.close();
  });
});

describe("a data folder that cannot be used is refused in plain words", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "enrich-test-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("when a file is in its place", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(openDatabase({ dataDir: file })).rejects.toMatchObject({
      code: "database_unavailable",
      message: expect.stringContaining("cannot be created"),
    });
  });

  test.skipIf(process.getuid?.() === 0)(
    "when it may not be written (root may write everywhere)",
    async () => {
      const dataDir = await mkdtemp(join(folder, "read-only-"));
      await chmod(dataDir, 0o500);
      await expect(openDatabase({ dataDir })).rejects.toMatchObject({
        code: "database_unavailable",
        message: expect.stringContaining("not writable"),
      });
      await chmod(dataDir, 0o700);
    },
  );

  test("when it does not hold a database, and it is free again afterwards", async () => {
    const dataDir = await mkdtemp(join(folder, "broken-"));
    await writeFile(join(dataDir, "database"), "this is not a folder");
    const open = () => openDatabase({ dataDir });
    for (const _ of ["first", "second"]) {
      await expect(open()).rejects.toMatchObject({
        code: "database_unavailable",
        message: expect.stringContaining("cannot be opened"),
      });
    }
  });
});

async function closedPort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
