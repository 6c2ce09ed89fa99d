import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { AppError } from "../app-error.ts";
import { COMMON_PASSWORDS } from "./common-passwords.ts";

const CHARS_MIN = 12;
const CHARS_MAX = 128; // longer is no safer, and hashing begins with reading all of it

// Argon2id, which is the package's default, at OWASP's first recommendation: about 25 ms and 19 MiB a password.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const AT_ONCE_MAX = 4; // 76 MiB; the other threads of Node's pool are for files and names
const WAITING_MAX = 100; // the last one waits for a second or so

/** Brings a new password to its one spelling. Throws `invalid_request` with what it lacks. `pointer`: where it stood. */
export function checkNewPassword(given: string, email: string, pointer = "/password"): string {
  const password = given.normalize("NFKC");
  const length = [...password].length;
  const lower = password.toLowerCase();
  let detail: string | null = null;
  if (length < CHARS_MIN)
    detail = `must have at least ${CHARS_MIN} characters: several words are easy to keep in mind`;
  else if (length > CHARS_MAX) detail = `must have at most ${CHARS_MAX} characters`;
  else if (lower === email.toLowerCase()) detail = "must not be the email address itself";
  else if (COMMON_PASSWORDS.has(lower)) detail = "is one of the most common passwords: choose another one";
  if (detail === null) return password;
  throw new AppError("invalid_request", `${pointer} ${detail}.`, { faults: [{ pointer, detail }] });
}

/** The hash of a password that checkNewPassword has taken. Throws `sign_in_busy`. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, COST));
}

let dummyHash: Promise<string> | null = null;

/** Whether it is the password. Without a hash (nobody has the address, or they have no password) the answer is no, and takes as
 *  long. Throws `sign_in_busy`. */
export async function verifyPassword(hashed: string | null, given: string): Promise<boolean> {
  dummyHash ??= hashPassword(randomBytes(16).toString("hex")).catch((error: unknown) => {
    dummyHash = null;
    throw error;
  });
  const dummy = await dummyHash;
  const isRight = await inTurn(() => verify(hashed ?? dummy, given.normalize("NFKC")));
  return isRight && hashed !== null;
}

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE_MAX) {
    if (waiting.length >= WAITING_MAX) {
      throw new AppError(
        "sign_in_busy",
        "Too many people sign in at this moment. Try again in a few seconds.",
      );
    }
    await new Promise<void>((resolve) => waiting.push(resolve)); // whoever is done hands their place over
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}
