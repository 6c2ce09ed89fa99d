import { raw } from "express";
import type { RequestHandler } from "express";
import { AppError } from "../app-error.ts";

// 4,000 characters of text, each escaped by six (a backslash, u and four digits), are 24 kB; the rest is ids.
export const BODY_BYTES_MAX = 64 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads a JSON body: application/json, UTF-8, uncompressed, at most BODY_BYTES_MAX. */
export const jsonBody: readonly RequestHandler[] = [
  (request, _response, next) => {
    if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/iu.test(request.headers["content-type"] ?? "")) {
      throw new AppError(
        "unsupported_media_type",
        "The body must be JSON: send Content-Type: application/json.",
      );
    }
    next();
  },
  raw({ type: () => true, limit: BODY_BYTES_MAX, inflate: false }),
  (request, _response, next) => {
    request.body = parseJson(request.body);
    next();
  },
];

function parseJson(body: unknown): unknown {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (bytes.length === 0)
    throw new AppError("malformed_json", "The body is empty: a JSON object is expected.");
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new AppError("malformed_json", "The body is not valid UTF-8.");
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which must not travel into logs.
    throw new AppError("malformed_json", "The body is not valid JSON.");
  }
}
