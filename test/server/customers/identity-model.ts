import { emailKey } from "../../../engine/understand/email-key.ts";

/** A message as far as identity goes: who says what, and where. */
export interface Saying {
  readonly platform: string;
  readonly handle: string;
  /** The handle's latest conversation, a new one, or its nth (counted round). */
  readonly where: "latest" | "new" | number;
  /** Details in text order. */
  readonly says: readonly { readonly field: string; readonly value: string }[];
  readonly at: number;
}

interface Conversation {
  readonly name: string;
  readonly person: Person;
  customer: Customer | null;
  firstAt: number;
  lastAt: number;
}
interface Person {
  readonly name: string;
  readonly conversations: Conversation[];
  /** That of its latest link. */
  customer: Customer | null;
}
interface Customer {
  emailKey: string | null;
}
interface Claim {
  readonly conversation: Conversation;
  readonly field: string;
  readonly value: string;
}

/** A customer as model and database are compared: ids are different, so it is named by its conversations. */
export interface Portrait {
  readonly emailKey: string | null;
  readonly values: Readonly<Record<string, string>>;
  readonly conflicts: Readonly<Record<string, readonly string[]>>;
  /** "platform/handle/n": the nth conversation of the handle, from 0. */
  readonly conversations: readonly string[];
  readonly firstAt: number;
  readonly lastAt: number;
}

/** The identity laws of DESIGN §7, in memory and one message after the other. */
export function createIdentityModel() {
  const people = new Map<string, Person>();
  const claims: Claim[] = [];
  const conversations = () => [...people.values()].flatMap((person) => person.conversations);
  const customers = () => new Set(conversations().flatMap(({ customer }) => customer ?? []));

  function take(saying: Saying): void {
    const conversation = place(saying);
    const { person } = conversation;
    conversation.firstAt = Math.min(conversation.firstAt, saying.at);
    conversation.lastAt = Math.max(conversation.lastAt, saying.at);
    const collected = saying.says.filter(({ field, value }) => {
      const before = claims.findLast(
        (claim) => claim.conversation.person === person && claim.field === field,
      );
      return before === undefined || !isFuller(before.value, value); // "Mike here", after "Mike Smith", says nothing new
    });
    for (const { field, value } of collected) claims.push({ conversation, field, value });
    if (collected.length === 0) return;

    if (conversation.customer === null) {
      person.customer = { emailKey: null };
      for (const one of person.conversations) one.customer ??= person.customer;
    }
    const emails = collected.filter(({ field }) => field === "email");
    state(conversation, emailKey(emails.at(-1)?.value ?? ""));
  }

  function place({ platform, handle, where, at }: Saying): Conversation {
    const name = `${platform}/${handle}`;
    const person = people.get(name) ?? { name, conversations: [], customer: null };
    people.set(name, person);
    const mine = person.conversations;
    const old =
      typeof where === "number" ? mine[where % mine.length] : where === "latest" ? mine.at(-1) : undefined;
    if (old !== undefined) return old;
    const begun = {
      name: `${name}/${mine.length}`,
      person,
      customer: person.customer,
      firstAt: at,
      lastAt: at,
    };
    mine.push(begun);
    return begun;
  }

  function state(conversation: Conversation, key: string | null): void {
    const { customer, person } = conversation;
    if (customer === null || key === null || customer.emailKey === key) return;
    const owner = [...customers()].find(({ emailKey }) => emailKey === key);
    if (customer.emailKey === null && owner === undefined) {
      customer.emailKey = key;
      return;
    }
    const target = owner ?? { emailKey: key };
    const leaving =
      customer.emailKey === null
        ? conversations().filter((one) => one.customer === customer)
        : [conversation];
    for (const one of leaving) one.customer = target;
    person.customer = target;
  }

  function portraits(): Portrait[] {
    return sorted(
      [...customers()].map((customer) => {
        const own = conversations().filter((one) => one.customer === customer);
        const told = claims.filter(({ conversation }) => own.includes(conversation));
        const { values, conflicts } = fold(customer.emailKey, told);
        return {
          emailKey: customer.emailKey,
          values,
          conflicts,
          conversations: own.map(({ name }) => name).toSorted(),
          firstAt: Math.min(...own.map(({ firstAt }) => firstAt)),
          lastAt: Math.max(...own.map(({ lastAt }) => lastAt)),
        };
      }),
    );
  }

  return { take, portraits };
}

/** A profile's values by DESIGN §7, where everything is claimed: within a handle the latest wins; across handles the earliest
 *  stays and the others are conflicts; a fuller form of the same name replaces it; the email is the profile's own. */
function fold(emailKey: string | null, told: readonly Claim[]) {
  const values: Record<string, string> = emailKey === null ? {} : { email: emailKey };
  const conflicts: Record<string, readonly string[]> = {};
  for (const field of new Set(told.map((claim) => claim.field))) {
    if (field === "email") continue;
    const latest = new Map<Person, string>(); // a Map keeps the place of what is set again: the earliest person is first
    for (const claim of told) if (claim.field === field) latest.set(claim.conversation.person, claim.value);
    let value: string | null = null;
    for (const said of latest.values()) if (value === null || isFuller(said, value)) value = said;
    if (value === null) continue;
    values[field] = value;
    const others = new Set<string>();
    for (const said of latest.values()) if (said !== value && !isFuller(value, said)) others.add(said);
    if (others.size > 0) conflicts[field] = [...others];
  }
  return { values, conflicts };
}

/** "Mike Smith" of "Mike": the names of these tests are in one case, and grow at the end only. */
function isFuller(fuller: string, name: string): boolean {
  return fuller.startsWith(`${name} `);
}

export function sorted(portraits: readonly Portrait[]): Portrait[] {
  return portraits.toSorted((one, other) =>
    (one.conversations[0] ?? "") < (other.conversations[0] ?? "") ? -1 : 1,
  );
}
