import { z } from "zod";

const CURSOR_CHARS_MAX = 400;

export const NO_CURSOR = "is not a cursor that this server gave";

/** The query parameter `cursor`: `nextCursor` of the page before. */
export const Cursor = z
  .string()
  .max(CURSOR_CHARS_MAX, NO_CURSOR)
  .regex(/^[A-Za-z0-9_-]+$/u, NO_CURSOR);
