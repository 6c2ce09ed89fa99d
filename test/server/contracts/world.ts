import type { Client } from "../../../server/client/client.ts";

/** A workspace with something of everything in it, made through the HTTP interface. All ids are of things that exist. */
export interface World {
  /** A word that stands in all that people said, wrote and are called here. */
  readonly mark: string;
  readonly handle: string;
  readonly email: string;
  readonly customerId: string;
  readonly conversationId: string;
  readonly claimId: string;
  readonly noteId: string;
  readonly tag: string;
  /** Another customer, and one to be erased. */
  readonly otherId: string;
  readonly spareId: string;
  /** One that another one was merged into, and that merge. */
  readonly survivorId: string;
  readonly mergeId: string;
  readonly filterId: string;
  readonly findingId: string;
  readonly identityKeyId: string;
  readonly challengeId: string;
  readonly erasureId: string;
  readonly keyId: string;
  /** Of an agent. */
  readonly memberId: string;
  readonly invitationId: string;
  readonly webhookId: string;
  readonly deliveryId: string;
  readonly signingKeyId: string;
  /** Parts of answers that tell its settings from another world's. */
  readonly settings: readonly string[];
}

/** `memberId`: of an agent. `mark`: of small letters. `digit`: of the phone numbers. */
export interface Seed {
  readonly memberId: string;
  readonly mark: string;
  readonly digit: number;
  readonly plan: "professional" | "enterprise";
}

/** `client`: an owner's. */
export async function createWorld(client: Client, { memberId, mark, digit, plan }: Seed): Promise<World> {
  const email = (name: string) => `${name}.${mark}@birds.example`;
  const say = async (who: string, text: string) => {
    const body = { handle: `${who}-${mark}`, platform: "line" as const, text };
    const { answer } = await client.chat({ body });
    const seen = await client.getConversation({ params: { id: answer.conversationId } });
    return { customerId: seen.answer.customerId ?? "", conversationId: answer.conversationId };
  };
  const phone = `+61 4${digit}2 345 67${digit}`;
  const main = await say(
    "main",
    `my name is Anna ${mark}, my email is ${email("anna")}, my number is ${phone}`,
  );
  await say("second", `I am Hannah ${mark}, my email is ${email("anna")}`);
  const other = await say(
    "other",
    `my name is Otto ${mark}, my email is ${email("otto")}, my number is ${phone}`,
  );
  const spare = await say("spare", `my email is ${email("spare")}`);
  const survivor = await say("survivor", `my email is ${email("survivor")}`);
  const absorbed = await say("absorbed", `my email is ${email("absorbed")}`);
  const gone = await say("gone", `my email is ${email("gone")}`);
  await say("friend", `my colleague's address is ${email("eve")}`);

  const params = { id: main.customerId };
  const merge = await client.mergeCustomers({
    params: { id: survivor.customerId },
    body: { with: absorbed.customerId },
  });
  const erasure = await client.eraseCustomer({
    params: { id: gone.customerId },
    body: { confirm: gone.customerId },
  });
  const note = await client.addNote({ params, body: { text: `${mark} called from ${phone}` } });
  const tag = `vip ${mark}`;
  await client.addTag({ params: { ...params, tag } });
  const filter = await client.saveFilter({ body: { name: `of ${mark}`, filter: { q: mark } } });
  const findings = await client.listFindings();
  const claims = await client.listClaims({ params });
  const key = await client.createIdentityKey({ body: { algorithm: "HS256", label: mark } });
  const challenge = await client.createChallenge({
    body: { conversationId: main.conversationId, email: email("anna") },
  });

  const [days, coolOffDays] = [3_650 + digit, 60 + digit];
  await client.setRetention({ body: { days } });
  await client.setBilling({ body: { plan } });
  await client.setActionConfiguration({
    params: { action: "customer_enrichment" },
    body: { coolOffDays },
    ifMatch: "*",
  });
  const { answer: apiKey } = await client.createKey({ body: { label: mark, scopes: ["chat"] } });
  const { answer: webhook } = await client.createWebhook({
    body: { url: `https://hooks.birds.example/${mark}`, events: ["customer.updated"] },
  });
  const delivery = await client.testWebhook({ params: { id: webhook.id } });
  const invited = await client.invite({ body: { email: `ivo.${mark}@team.example`, role: "agent" } });

  return {
    mark,
    handle: `main-${mark}`,
    email: email("anna"),
    ...main,
    claimId: claims.answer.claims[0]?.id ?? "",
    noteId: note.answer.id,
    tag,
    otherId: other.customerId,
    spareId: spare.customerId,
    survivorId: survivor.customerId,
    mergeId: merge.answer.mergeId ?? "",
    filterId: filter.answer.id,
    findingId: findings.answer.findings[0]?.id ?? "",
    identityKeyId: key.answer.id,
    challengeId: challenge.answer.challengeId,
    keyId: apiKey.id,
    memberId,
    invitationId: invited.answer.id,
    webhookId: webhook.id,
    deliveryId: delivery.answer.eventId,
    erasureId: erasure.answer.certificate.id,
    signingKeyId: erasure.answer.keyId,
    settings: [
      `"days":${days}`,
      `"coolOffDays":${coolOffDays}`,
      `"plan":"${plan}","status":"active","includesAction"`,
    ],
  };
}
