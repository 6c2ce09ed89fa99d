/** What a check found. "advice": it works, and would be better otherwise; "problem": it has to be put right. */
export type Level = "ok" | "advice" | "problem";

export interface Finding {
  /** What was looked at, in a word or two: findings of one check have the same. */
  readonly check: string;
  readonly level: Level;
  /** How it is, and what to do about it: sentences for people, without secrets and personal data. */
  readonly says: string;
}

/** The findings of one check. */
export function findingsOf(check: string) {
  const finding =
    (level: Level) =>
    (says: string): Finding => ({ check, level, says });
  return { ok: finding("ok"), advice: finding("advice"), problem: finding("problem") };
}
