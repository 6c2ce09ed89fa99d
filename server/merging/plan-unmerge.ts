import { emailKey } from "../../engine/understand/email-key.ts";
import type { Talk } from "../customers/profile.ts";

/** What tells whose a conversation of a merged profile is. */
export interface Parting {
  readonly mergeId: string;
  /** The conversations that came with the absorbed customer. */
  readonly cameWith: ReadonlySet<string>;
  /** Its emails, with those of whom it had absorbed itself. */
  readonly itsEmails: ReadonlySet<string>;
  /** The emails that stay with the survivor. */
  readonly otherEmails: ReadonlySet<string>;
}

/** The conversations that go back to the absorbed customer when a merge is undone; the others stay. As if there had been no
 *  merge: a conversation is of the customer whose email was stated last in it (law 2), whether it came with the merge or
 *  began later. One that states no such email goes back if it came; and if it began later, it belongs where the conversation
 *  belongs that its handle was linked by before. Pure. */
export function planUnmerge(talks: readonly Talk[], parting: Parting): readonly Talk[] {
  const back: Talk[] = [];
  const goesBack = new Map<string, boolean>(); // handle → what became of its latest
  for (const talk of talks.toSorted(
    (a, b) => (a.linkSeq ?? 0) - (b.linkSeq ?? 0) || (a.id < b.id ? -1 : 1),
  )) {
    const stated = statedLast(talk, parting);
    const goes =
      stated === null
        ? parting.cameWith.has(talk.id) || (beganLater(talk, parting) && goesBack.get(talk.handleId) === true)
        : parting.itsEmails.has(stated);
    goesBack.set(talk.handleId, goes);
    if (goes) back.push(talk);
  }
  return back;
}

/** Ids of both begin with the time. */
const beganLater = ({ id }: Talk, { mergeId }: Parting) => id > mergeId;

/** The latest email of the merged profile's that the conversation states, or once one was proved in it, that was proved. Emails
 *  are never taken back: another one corrects them. */
function statedLast({ claims }: Talk, { itsEmails, otherEmails }: Parting): string | null {
  const stated = claims.filter(({ field }) => field === "email").toSorted((a, b) => a.seq - b.seq);
  const proved = stated.filter(({ trust }) => trust === "verified");
  const emails = (proved.length > 0 ? proved : stated).flatMap(({ value }) => emailKey(value) ?? []);
  return emails.findLast((email) => itsEmails.has(email) || otherEmails.has(email)) ?? null;
}
