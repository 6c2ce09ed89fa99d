import { AppError } from "../app-error.ts";
import { isUuid } from "../uuid.ts";

/** Where a page of customers ended: the next one begins after it. */
export interface Place {
  readonly lastAt: Date;
  readonly id: string;
}

const form = /^([0-9]{1,15}) (.*)$/u;

/** Opaque to callers, so that it may change. */
export function encodeCursor({ lastAt, id }: Place): string {
  return Buffer.from(`${lastAt.getTime()} ${id}`).toString("base64url");
}

/** Throws `invalid_request` for what encodeCursor did not write. */
export function decodeCursor(cursor: string): Place {
  const [, lastAt, id] = form.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  if (lastAt === undefined || id === undefined || !isUuid(id)) {
    const detail = "is not a cursor that this server gave";
    throw new AppError("invalid_request", `The cursor ${detail}.`, {
      faults: [{ pointer: "?cursor", detail }],
    });
  }
  return { lastAt: new Date(Number(lastAt)), id };
}
