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
  /** How many there were before it. */
  readonly number: number;
  customer: Customer | null;
  /** The order of links. */
  link: number;
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
  mergedInto: Customer | null;
}
interface Merge {
  readonly survivor: Customer;
  readonly absorbed: Customer;
  readonly moved: ReadonlySet<Conversation>;
  /** How many conversations there were: later ones began after it. */
  readonly madeAt: number;
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
  /** 0 where it has no conversation. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** The identity laws of DESIGN §7, in memory and one message after the other. */
export function createIdentityModel() {
  const people = new Map<string, Person>();
  const claims: Claim[] = [];
  const merges: Merge[] = [];
  let links = 0;
  let begun = 0;
  const conversations = () => [...people.values()].flatMap((person) => person.conversations);
  /** Those of conversations, and survivors without any whose email still leads there; with all who were merged into them. */
  const customers = () => {
    const live = new Set(conversations().flatMap(({ customer }) => customer ?? []));
    for (const { survivor } of merges)
      if (survivor.mergedInto === null && shown(survivor) !== null) live.add(survivor);
    return live;
  };
  const root = (customer: Customer): Customer =>
    customer.mergedInto === null ? customer : root(customer.mergedInto);
  /** A customer with all who were merged into it. */
  const family = (customer: Customer): readonly Customer[] => [
    customer,
    ...merges.flatMap(({ survivor, absorbed }) => (survivor === customer ? family(absorbed) : [])),
  ];
  const emailsOf = (customer: Customer) => family(customer).flatMap(({ emailKey }) => emailKey ?? []);
  /** The email that a profile shows: its own, else that of whom it absorbed first. */
  const shown = (customer: Customer): string | null =>
    customer.emailKey ??
    merges
      .flatMap(({ survivor, absorbed }) => (survivor === customer ? (shown(absorbed) ?? []) : []))
      .at(0) ??
    null;

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
      person.customer = { emailKey: null, mergedInto: null };
      links += 1;
      for (const one of person.conversations) {
        if (one.customer === null) one.link = links;
        one.customer ??= person.customer;
      }
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
    if (person.customer !== null) links += 1;
    const conversation = {
      name: `${name}/${mine.length}`,
      person,
      number: begun,
      customer: person.customer,
      link: person.customer === null ? 0 : links,
      firstAt: at,
      lastAt: at,
    };
    begun += 1;
    mine.push(conversation);
    return conversation;
  }

  function state(conversation: Conversation, key: string | null): void {
    const { customer, person } = conversation;
    if (customer === null || key === null || emailsOf(customer).includes(key)) return;
    const owner = [...customers()].find((one) => emailsOf(one).includes(key));
    if (shown(customer) === null && owner === undefined) {
      customer.emailKey = key;
      return;
    }
    const target = owner ?? { emailKey: key, mergedInto: null };
    const leaving =
      shown(customer) === null
        ? person.conversations.filter((one) => one.customer === customer)
        : [conversation];
    for (const one of leaving) one.customer = target;
    links += 1;
    conversation.link = links;
    person.customer = target;
    forget();
  }

  /** Who has nothing left that leads there takes whom it absorbed along. */
  function forget(): void {
    const live = customers();
    for (let at = merges.length - 1; at >= 0; at -= 1) {
      const merge = merges[at];
      if (merge !== undefined && !live.has(root(merge.survivor))) merges.splice(at, 1);
    }
  }

  /** The live customer who has the conversation. */
  const customerOf = (name: string) => conversations().find((one) => one.name === name)?.customer ?? null;

  /** Merges the customer of one conversation into that of another. */
  function merge(into: string, from: string): void {
    const [survivor, absorbed] = [customerOf(into), customerOf(from)];
    if (survivor === null || absorbed === null || survivor === absorbed) return;
    const moved = conversations().filter((one) => one.customer === absorbed);
    for (const one of moved) one.customer = survivor;
    for (const { person } of moved) if (person.customer === absorbed) person.customer = survivor;
    absorbed.mergedInto = survivor;
    merges.push({ survivor, absorbed, moved: new Set(moved), madeAt: begun });
  }

  /** Undoes one of the merges whose survivor is live, counted round. */
  function unmerge(which: number): void {
    const undoable = merges.filter(({ survivor }) => survivor.mergedInto === null);
    const merge = undoable[which % undoable.length];
    if (merge === undefined) return;
    const { survivor, absorbed } = merge;
    absorbed.mergedInto = null;
    merges.splice(merges.indexOf(merge), 1);
    const [mine, others] = [emailsOf(absorbed), emailsOf(survivor)];
    for (const person of people.values()) {
      let latest: Customer | null = null;
      const ordered = person.conversations
        .filter((one) => one.customer === survivor)
        .toSorted((a, b) => a.link - b.link || a.number - b.number);
      for (const one of ordered) {
        const stated = claims
          .filter(({ conversation, field }) => conversation === one && field === "email")
          .findLast(({ value }) => mine.includes(value) || others.includes(value))?.value;
        const isMine: boolean =
          stated === undefined
            ? merge.moved.has(one) || (one.number >= merge.madeAt && latest === absorbed)
            : mine.includes(stated);
        one.customer = isMine ? absorbed : survivor;
        latest = one.customer;
      }
      const last = person.conversations
        .filter(({ customer }) => customer !== null)
        .toSorted((a, b) => a.link - b.link || a.number - b.number)
        .at(-1);
      person.customer = last?.customer ?? person.customer;
    }
    forget();
  }

  function portraits(): Portrait[] {
    return sorted(
      [...customers()].map((customer) => {
        const own = conversations().filter((one) => one.customer === customer);
        const told = claims.filter(({ conversation }) => own.includes(conversation));
        const { values, conflicts } = fold(shown(customer), told);
        return {
          emailKey: shown(customer),
          values,
          conflicts,
          conversations: own.map(({ name }) => name).toSorted(),
          firstAt: own.length === 0 ? 0 : Math.min(...own.map(({ firstAt }) => firstAt)),
          lastAt: own.length === 0 ? 0 : Math.max(...own.map(({ lastAt }) => lastAt)),
        };
      }),
    );
  }

  return { take, merge, unmerge, portraits };
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
  const nameOf = ({ conversations, emailKey }: Portrait) => conversations[0] ?? emailKey ?? "";
  return portraits.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}
