import { z } from "zod";
import type { Caller } from "../access/caller.ts";
import { APP_ERRORS, AppError, type AppErrorCode } from "../app-error.ts";
import type { Log } from "../log.ts";
import type { Store } from "../privacy/store.ts";
import { claim, LOCK_MS, prolong, release, settle } from "./claims.ts";

const ANSWER_CHARS_MAX = 1024 * 1024; // longer is a report, not an answer

/** What a request was answered. */
export interface Answered {
  readonly body: unknown;
  /** Those that belong to the body, such as ETag. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Once {
  readonly caller: Caller;
  readonly key: string;
  /** What makes the request this one: operation, address and body. */
  readonly request: string;
  /** False: what is answered is not to be stored, because it is secret. */
  readonly isKept: boolean;
  /** Called before the answer of an earlier attempt is given, or thrown. */
  readonly onReplay: () => void;
}

/** The store, the clock (milliseconds since the epoch) and the log of the server. */
export type Means = Store & { readonly clock: () => number; readonly log: Log };

const codes = Object.keys(APP_ERRORS);
const Stored = z.object({
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  error: z
    .object({
      code: z.custom<AppErrorCode>((code) => typeof code === "string" && codes.includes(code)),
      message: z.string(),
      faults: z.array(z.object({ pointer: z.string(), detail: z.string() })),
      mergedInto: z.string().nullable(),
      upgradeUrl: z.string().nullable(),
    })
    .optional(),
});

/** Carries a request out once: the same key and request again gets the stored answer, even that it was refused. What ended for a
 *  passing reason, or was no valid request, is not stored: it may be tried again. Throws what `claim` and `work` throw. */
export async function carryOutOnce(
  means: Means,
  { caller, key, request, isKept, onReplay }: Once,
  work: () => Promise<Answered>,
): Promise<Answered> {
  const { clock, log } = means;
  const { workspaceId } = caller;
  const claimed = await claim(means, caller, key, request, clock());
  if ("answer" in claimed) {
    onReplay();
    return restored(claimed.answer);
  }
  // The request is answered all the same; the claim is found to have ended when it is over its time.
  const report = (error: unknown) => void log.error({ err: error }, "a stored answer could not be written");
  const alive = setInterval(() => {
    prolong(means, workspaceId, claimed, clock()).catch(report);
  }, LOCK_MS / 3);
  alive.unref();
  const end = (answer: string | null) =>
    settle(means, workspaceId, claimed, isKept ? answer : null, clock()).catch(report);
  try {
    const answered = await work();
    await end(cut(JSON.stringify(answered)));
    return answered;
  } catch (error) {
    if (isFinal(error)) await end(JSON.stringify({ error: toldOf(error) }));
    else await release(means, workspaceId, claimed).catch(report);
    throw error;
  } finally {
    clearInterval(alive);
  }
}

const cut = (answer: string) => (answer.length > ANSWER_CHARS_MAX ? null : answer);

/** Whether a refusal stands however often the request is sent: 400 was no request yet, 429 and 5xx pass. */
function isFinal(error: unknown): error is AppError {
  return error instanceof AppError && error.status < 500 && error.status !== 429 && error.status !== 400;
}

const toldOf = ({ code, message, faults, mergedInto, upgradeUrl }: AppError) => ({
  code,
  message,
  faults,
  mergedInto,
  upgradeUrl,
});

function restored(answer: string): Answered {
  const { body, headers = {}, error } = Stored.parse(JSON.parse(answer));
  if (error === undefined) return { body, headers };
  const { code, message, faults, mergedInto, upgradeUrl } = error;
  throw new AppError(code, message, { faults, mergedInto, ...(upgradeUrl === null ? {} : { upgradeUrl }) });
}
