import { errors, jwtVerify } from "jose";
import type { JWTHeaderParameters, JWTPayload } from "jose";
import { emailKey } from "../../engine/understand/email-key.ts";
import { AppError } from "../app-error.ts";
import type { IdentityKey } from "./keys.ts";

const CLOCKS_DIFFER_S = 60;
/** A token is made when the page is loaded; one that holds for longer is as good as a password. */
export const LIFETIME_S_MAX = 24 * 60 * 60;

/** Checks an identity that the host signed, and returns the canonical email of the person. The token is a JWT (RFC 7519),
 *  HS256 or EdDSA, with `email` and `exp`; `sub`, where it is there, must be the handle; `kid` names the key.
 *  `now`: milliseconds since the epoch. Throws `identity_invalid`, which says what is wrong and never what is in the token. */
export async function verifyToken(
  keys: readonly IdentityKey[],
  token: string,
  handle: string,
  now: number,
): Promise<string> {
  if (keys.length === 0)
    throw invalid("this workspace has no identity key: make one with POST /v1/identity/keys");
  const { payload } = await verifyWithAny(keys, token, now);
  const { email, exp, sub } = payload;
  if (exp === undefined) throw invalid("it has no expiry (exp)");
  if (exp * 1000 - now > (LIFETIME_S_MAX + CLOCKS_DIFFER_S) * 1000)
    throw invalid("it expires in more than 24 hours");
  if (sub !== undefined && sub !== handle) throw invalid("its subject (sub) is not this handle");
  const key = typeof email === "string" ? emailKey(email) : null;
  if (key === null) throw invalid("it has no valid email");
  return key;
}

async function verifyWithAny(
  keys: readonly IdentityKey[],
  token: string,
  now: number,
): Promise<{ readonly payload: JWTPayload }> {
  let failure: unknown = new errors.JWSSignatureVerificationFailed();
  for (const { id, algorithm, key } of keys) {
    try {
      return await jwtVerify(
        token,
        (header: JWTHeaderParameters) => {
          // A token says which key it wants; a key, not a token, says which algorithm.
          if (header.kid !== undefined && header.kid !== id)
            throw new errors.JWSSignatureVerificationFailed();
          return key;
        },
        {
          algorithms: [algorithm],
          currentDate: new Date(now),
          clockTolerance: CLOCKS_DIFFER_S,
        },
      );
    } catch (error) {
      // Of several keys the one that fits has the reason; the others only do not fit.
      if (!isMisfit(error)) throw explained(error);
      failure = error;
    }
  }
  throw explained(failure);
}

function isMisfit(error: unknown): boolean {
  return error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed;
}

function explained(error: unknown): AppError {
  if (error instanceof errors.JWTExpired) return invalid("it has expired");
  if (error instanceof errors.JWTClaimValidationFailed)
    return invalid(`its claim ${error.claim} does not hold`);
  if (isMisfit(error)) return invalid("no identity key of this workspace made its signature");
  return invalid("it is not a signed JWT");
}

function invalid(why: string): AppError {
  return new AppError("identity_invalid", `The signed identity is not accepted: ${why}.`);
}
