const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long a failed attempt is left alone, by its number: sixteen hours in all. */
const DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  8 * HOUR_MS,
];

const JITTER = 0.2; // a fifth more or less, so that what failed together does not come back together

/** How long to wait after attempt number `attempts`; null: it is given up. `chance`: from 0 to 1. */
export function delayAfter(attempts: number, chance: number): number | null {
  const delay = DELAYS_MS[attempts - 1];
  return delay === undefined ? null : Math.round(delay * (1 - JITTER + 2 * JITTER * chance));
}

export const ATTEMPTS_MAX = DELAYS_MS.length + 1;
