/** What the simulated customers of the benchmarks say: a conversation of six messages, one with an email. */
export const MESSAGES = [
  "Hi",
  "Can you email me your price list?",
  "do you have parking?",
  "customer{n}@mail{m}.example",
  "Thanks, I'd like to book an appointment for Tuesday as well",
  "the moon is bright tonight and nothing here is a detail",
] as const;

/** The nth message of the customer `who`; every customer has an email of its own. */
export function messageOf(who: number, nth: number): string {
  const message = MESSAGES[nth % MESSAGES.length] ?? MESSAGES[0];
  return message.replace("{n}", String(who)).replace("{m}", String(who % 97));
}
