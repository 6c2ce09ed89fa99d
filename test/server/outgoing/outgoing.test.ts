import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faultOfUrl } from "../../../server/outgoing/destination.ts";
import { OutgoingRefused } from "../../../server/outgoing/outgoing-refused.ts";
import { post } from "../../../server/outgoing/post.ts";
import { kindOfAddress, type AddressKind } from "../../../server/outgoing/public-address.ts";

const STRICT = { allowPrivate: false };
const LOCAL = { allowPrivate: true };

const ADDRESSES: readonly (readonly [string, AddressKind])[] = [
  ["93.184.216.34", "public"],
  ["2606:2800:220:1:248:1893:25c8:1946", "public"],
  ["127.0.0.1", "private"],
  ["127.255.255.254", "private"],
  ["10.0.0.1", "private"],
  ["172.16.0.1", "private"],
  ["192.168.1.1", "private"],
  ["::1", "private"],
  ["fd12:3456::1", "private"],
  ["::ffff:10.0.0.1", "private"],
  ["::ffff:127.0.0.1", "private"],
  ["::ffff:93.184.216.34", "public"],
  ["0.0.0.0", "special"],
  ["0.1.2.3", "special"],
  ["169.254.169.254", "special"], // where clouds hand out credentials
  ["::ffff:169.254.169.254", "special"],
  ["100.64.0.1", "special"],
  ["192.0.0.8", "special"],
  ["192.0.2.1", "special"],
  ["198.18.0.1", "special"],
  ["198.51.100.7", "special"],
  ["203.0.113.9", "special"],
  ["224.0.0.1", "special"],
  ["240.0.0.1", "special"],
  ["255.255.255.255", "special"],
  ["::", "special"],
  ["::127.0.0.1", "private"],
  ["::7f00:1", "special"],
  ["fe80::1", "special"],
  ["fec0::1", "special"],
  ["ff02::1", "special"],
  ["2001:db8::1", "special"],
  ["3fff::1", "special"],
  ["64:ff9b::7f00:1", "special"],
  ["64:ff9b:1::1", "special"],
  ["2002:7f00:1::1", "special"],
  ["2001:0:7f00:1::1", "special"],
  ["", "special"],
  ["example.com", "special"],
];

test.each(ADDRESSES)("%s is %s", (address, kind) => {
  expect(kindOfAddress(address)).toBe(kind);
});

describe("a URL that requests are to be sent to", () => {
  test.each([
    "https://crm.example/hooks?token=1",
    "https://crm.example:8443/",
    "https://93.184.216.34/",
    "https://[2606:2800:220:1:248:1893:25c8:1946]/",
  ])("may be %s", (url) => {
    expect(faultOfUrl(url, STRICT)).toBeNull();
  });

  test.each([
    "crm.example",
    "ftp://crm.example/",
    "file:///etc/passwd",
    "http://crm.example/",
    "https://user:password@crm.example/",
    "https://user@crm.example/",
    "https://crm.example/#here",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://[::1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://db.internal/",
    `https://crm.example/${"x".repeat(2_000)}`,
  ])("may not be %s", (url) => {
    expect(faultOfUrl(url, STRICT)).not.toBeNull();
  });

  test("may be of this machine or a private network where the setting says so, and never link-local", () => {
    for (const url of ["http://localhost:9000/", "http://127.0.0.1/", "https://10.1.2.3/"]) {
      expect(faultOfUrl(url, LOCAL)).toBeNull();
    }
    for (const url of ["http://169.254.169.254/", "http://user:pw@127.0.0.1/", "ftp://127.0.0.1/"]) {
      expect(faultOfUrl(url, LOCAL)).not.toBeNull();
    }
  });
});

const faultOf = (attempt: Promise<number>) =>
  attempt.then(
    (status) => `answered ${status}`,
    (error: unknown) => (error instanceof OutgoingRefused ? error.fault : String(error)),
  );

const lost = () => Promise.reject(new Error("ENOTFOUND"));

describe("a post", () => {
  const seen: { readonly host: string | undefined; readonly url: string | undefined }[] = [];
  const server = createServer((request, response) => {
    seen.push({ host: request.headers.host, url: request.url });
    request.resume();
    if (request.url === "/redirect") response.writeHead(302, { location: "/secret" }).end();
    else if (request.url === "/endless") response.writeHead(200).write("x".repeat(1_000));
    else if (request.url !== "/silent") response.writeHead(204).end();
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const local = (path: string, timeoutMs = 5_000) =>
    faultOf(post(`http://127.0.0.1:${port}${path}`, {}, "{}", { rules: LOCAL, timeoutMs }));

  test("goes to an address that was resolved once, under the name of the URL", async () => {
    const asked: string[] = [];
    const resolve = async (name: string) => {
      asked.push(name);
      return asked.length === 1 ? ["127.0.0.1"] : ["203.0.113.1"];
    };
    const status = await post(`http://crm.test:${port}/hook?a=1`, {}, "{}", { rules: LOCAL, resolve });
    expect(status).toBe(204);
    expect(asked).toEqual(["crm.test"]);
    expect(seen.at(-1)).toEqual({ host: `crm.test:${port}`, url: "/hook?a=1" });
  });

  test("refuses a name that leads to a forbidden address, among however many, and sends nothing", async () => {
    const before = seen.length;
    const to = (...addresses: readonly string[]) =>
      faultOf(post("https://crm.example/", {}, "{}", { rules: STRICT, resolve: async () => addresses }));
    expect(await to("127.0.0.1")).toBe("address_not_public");
    expect(await to("93.184.216.34", "10.0.0.1")).toBe("address_not_public");
    expect(await to("::ffff:169.254.169.254")).toBe("address_not_public");
    expect(await to()).toBe("unknown_host");
    expect(await faultOf(post("https://crm.example/", {}, "", { rules: STRICT, resolve: lost }))).toBe(
      "unknown_host",
    );
    expect(await faultOf(post(`http://127.0.0.1:${port}/`, {}, "", { rules: STRICT }))).toBe(
      "url_not_allowed",
    );
    expect(seen.length).toBe(before);
  });

  test("follows no redirect, waits no longer than its time and reads no endless answer", async () => {
    expect(await local("/redirect")).toBe("answered 302");
    expect(seen.map(({ url }) => url)).not.toContain("/secret");
    expect(await local("/silent", 100)).toBe("timeout");
    expect(await local("/endless")).toBe("answered 200");
  });

  test("takes no certificate that nobody vouches for", async () => {
    const folder = mkdtempSync(join(tmpdir(), "enrich-tls-"));
    const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=crm.test", "-addext", "subjectAltName=DNS:crm.test"];
    const files = ["-keyout", keyFile, "-out", certFile];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "1",
        ...subject,
        ...files,
      ],
      { stdio: "ignore" },
    );
    const tls = createTlsServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, () => {
      throw new Error("a request came through");
    });
    await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
    const { port: tlsPort } = tls.address() as AddressInfo;
    const options = { rules: LOCAL, resolve: async () => ["127.0.0.1"] };
    expect(await faultOf(post(`https://crm.test:${tlsPort}/`, {}, "", options))).toBe("certificate_invalid");
    tls.close();
    rmSync(folder, { recursive: true });
  });

  test("says whether nobody listened or TLS failed", async () => {
    const options = { rules: LOCAL };
    expect(await faultOf(post("http://127.0.0.1:1/", {}, "", options))).toBe("connection_failed");
    expect(await faultOf(post(`https://127.0.0.1:${port}/`, {}, "", options))).toBe("connection_failed");
  });
});
