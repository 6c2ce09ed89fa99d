import { raw } from "express";
import type { RequestHandler } from "express";
import { AppError } from "../app-error.ts";
import { isPlain, type Content, type Plain } from "./operation-contract.ts";

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

/** Reads a body of another type as bytes: uncompressed, at most `bytesMax`. */
function plainBody({ mediaType, bytesMax = BODY_BYTES_MAX }: Plain): readonly RequestHandler[] {
  return [
    (request, _response, next) => {
      const [stated = ""] = (request.headers["content-type"] ?? "").split(";");
      if (stated.trim().toLowerCase() !== mediaType) {
        const message = `The body must be ${mediaType}: send Content-Type: ${mediaType}.`;
        throw new AppError("unsupported_media_type", message);
      }
      next();
    },
    raw({ type: () => true, limit: bytesMax, inflate: false }),
    (request, _response, next) => {
      if (!Buffer.isBuffer(request.body)) request.body = Buffer.alloc(0);
      next();
    },
  ];
}

/** Reads the body that an operation takes; none, where it takes none. */
export function bodyReader(content: Content | undefined): readonly RequestHandler[] {
  if (content === undefined) return [];
  return isPlain(content) ? plainBody(content) : jsonBody;
}

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
