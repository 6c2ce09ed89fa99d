import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Request, RequestHandler, Response } from "express";
import type { Caller } from "../access/caller.ts";
import { errorCode } from "../error-code.ts";
import type { Session } from "../sessions/sessions.ts";
import type { Mask } from "../masking/mask.ts";
import { versionsSeen } from "./etag.ts";
import type { Patience } from "../limits/time-limit.ts";
import type { Guard } from "./guard.ts";
import { isPlain, type AnswerOf, type Operation, type Pieces, type Told } from "./operation-contract.ts";
import { parseBody, parseQuery } from "./parse.ts";

/** A request as its operation's handler gets it. `request`: for headers and the address; its body and query are parsed. */
export type Asked<Contract extends Operation> = Told<Contract> & {
  readonly request: Request;
  /** What takes long asks it, between two steps that stand by themselves, whether to go on. */
  readonly patience: Patience;
  /** Sets a header of the answer; a list: several of that name. */
  setHeader(name: string, value: string | readonly string[]): void;
} & (Contract extends { readonly ifMatch: true } ? Seen : unknown);

/** What the request's If-Match says; null: any version. */
interface Seen {
  readonly seen: readonly number[] | null;
}

/** An operation and what answers it. `callers`: whom it is for, which the table of permissions must agree with. */
export interface Served {
  readonly operation: Operation;
  readonly callers: "anybody" | "person" | "workspace";
  /** What is to be answered. */
  work(request: Request, response: Response, patience: Patience): Promise<unknown>;
}

/** Serves an operation to whoever the table of permissions lets in, as members and keys of a workspace. */
export function serve<const Contract extends Operation>(
  operation: Contract,
  handle: (asked: Asked<Contract> & { readonly caller: Caller }) => Promise<AnswerOf<Contract>>,
): Served {
  return {
    operation,
    callers: "workspace",
    work: async (request, response, patience) =>
      handle({ ...asked(operation, request, response, patience), caller: callerOf(response) }),
  };
}

/** Serves an operation to anybody, without any credential. */
export function serveAnybody<const Contract extends Operation>(
  operation: Contract,
  handle: (asked: Asked<Contract>) => Promise<AnswerOf<Contract>>,
): Served {
  return {
    operation,
    callers: "anybody",
    work: async (request, response, patience) => handle(asked(operation, request, response, patience)),
  };
}

/** Serves an operation to anybody who is signed in, whether or not they are a member of anything. */
export function servePerson<const Contract extends Operation>(
  operation: Contract,
  handle: (asked: Asked<Contract> & { readonly session: Session }) => Promise<AnswerOf<Contract>>,
): Served {
  return {
    operation,
    callers: "person",
    work: async (request, response, patience) => {
      const session: Session | undefined = response.locals["session"];
      if (session === undefined)
        throw new Error("an operation of a person was served to nobody in particular");
      return handle({ ...asked(operation, request, response, patience), session });
    },
  };
}

/** The caller whom authenticate.ts let in. */
function callerOf(response: Response): Caller {
  const caller: Caller | undefined = response.locals["caller"];
  if (caller === undefined) throw new Error("an operation of a workspace was served to nobody in particular");
  return caller;
}

function asked<Contract extends Operation>(
  operation: Contract,
  request: Request,
  response: Response,
  patience: Patience,
): Asked<Contract> {
  const { query, body, ifMatch } = operation;
  const parsed = {
    ...(ifMatch === true ? { seen: versionsSeen(request) } : {}),
    params: request.params,
    query: query === undefined ? undefined : parseQuery(query, request.query),
    body: body === undefined || isPlain(body) ? request.body : parseBody(body, request.body),
  };
  return {
    // The types say what the contract's own schemas have just made of it.
    ...(parsed as Told<Contract>),
    request,
    patience,
    setHeader: (name: string, value: string | readonly string[]) => {
      // Work that took too long is done all the same, and its caller was answered already.
      if (!response.headersSent) response.setHeader(name, value);
    },
  } as Asked<Contract>;
}

/** Has the work done, as the guard lets it, and sends what came of it. */
export const answering =
  ({ operation, work }: Served, guard: Guard): RequestHandler =>
  async (request, response) => {
    const body = await guard.carryOut(operation, request, response, (patience) =>
      work(request, response, patience),
    );
    await send(operation, response, body, guard);
  };

async function send(
  { status = 200, answer }: Operation,
  response: Response,
  body: unknown,
  guard: Guard,
): Promise<void> {
  const mask: Mask | null = response.locals["mask"] ?? null;
  if (answer === null) response.status(204).end();
  else if (isPlain(answer) && isPieces(body)) {
    const pieces = guard.inTurns(response, body.pieces);
    await sendPieces(response, answer.mediaType, { fileName: body.fileName, pieces });
  } else sendJson(response.status(status), written(body, mask));
}

/** Masked as it is written, so that whatever becomes text on the way is seen, too. */
function written(body: unknown, mask: Mask | null): string {
  const text = JSON.stringify(body);
  return mask === null ? text : JSON.stringify(mask(JSON.parse(text)));
}

/** What express's own `json` does, less what it looks up on the way. */
function sendJson(response: Response, text: string): void {
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.setHeader("Content-Length", Buffer.byteLength(text));
  response.end(text);
}

const isPieces = (body: unknown): body is Pieces =>
  typeof body === "object" && body !== null && "pieces" in body && "fileName" in body;

/** Sends pieces as they are read, as fast as the reader takes them. After an error the answer ends before its end, so that
 *  nobody takes it for a whole one. */
async function sendPieces(
  response: Response,
  mediaType: string,
  { fileName, pieces }: Pieces,
): Promise<void> {
  response.attachment(fileName).set("Content-Type", mediaType);
  if (response.req.method === "HEAD") {
    response.end();
    return;
  }
  try {
    await pipeline(Readable.from(pieces), response);
  } catch (error) {
    // The reader went away; the log has that line already.
    if (errorCode(error) !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}
