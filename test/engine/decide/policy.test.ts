import { expect, test } from "vitest";
import type { Circumstances } from "../../../engine/decide/decision.ts";
import { INITIAL_STATE, type State } from "../../../engine/decide/state.ts";
import { takeTurn } from "../../../engine/turn.ts";
import { play, type Line, type Played } from "./conversation.ts";
import { smallPack } from "./small-pack.ts";

const pack = smallPack();

/** Plays what a customer says; a line that begins with "agent:" is the agent's. */
function dialogue(lines: readonly string[], options: Partial<Circumstances> = {}): readonly Played[] {
  const spoken = lines.map((text): Line =>
    text.startsWith("agent: ") ? { role: "agent", text: text.slice(7) } : { role: "customer", text },
  );
  return play(pack, spoken, options);
}

function last(lines: readonly string[], options: Partial<Circumstances> = {}) {
  const played = dialogue(lines, options).at(-1);
  if (!played) throw new Error("nothing was said");
  const { turn } = played;
  return {
    move: turn.trace.move,
    said: turn.replies.join(" | "),
    asked: turn.trace.reasons,
    open: turn.request?.field ?? null,
    attempt: turn.request?.attempt ?? null,
    mode: turn.state.dialogue.mode,
    collected: Object.fromEntries(turn.collected.map(({ field, value }) => [field, value])),
    refused: turn.refused,
    turn,
  };
}

test("a greeting is no reason to ask", () => {
  expect(last(["Hi"])).toMatchObject({
    move: "trigger",
    said: "Hello! How can I help?",
    open: null,
    asked: { name: "no_trigger", email: "no_trigger", phone: "no_trigger" },
  });
});

test("a rule's fields are asked for in its order, one at a time", () => {
  expect(last(["book a table"])).toMatchObject({
    move: "trigger",
    said: "Gladly. Which name one?",
    asked: { name: "asked", phone: "lower_priority", email: "no_trigger" },
  });
  expect(last(["book a table", "Mike"])).toMatchObject({
    move: "answer",
    said: "Noted Mike. Which phone one?",
    asked: { name: "known", phone: "asked" },
  });
});

test("the rule's own closing words come once all it asked for is known", () => {
  expect(last(["book a table", "Mike", "0412 345 678"])).toMatchObject({
    said: "All noted, Mike.",
    mode: "listening",
    collected: { phone: "+61412345678" },
  });
});

test("what is known is not asked", () => {
  expect(last(["book a table"], { known: { name: "Ana" } })).toMatchObject({
    open: "phone",
    asked: { name: "known" },
  });
});

test("a rule's own wording asks, and its reprompt differs", () => {
  expect(last(["send me the list"]).said).toBe("Where to?");
  expect(last(["send me the list", "hmm"])).toMatchObject({
    move: "no_answer",
    said: "Where exactly?",
    attempt: 2,
  });
});

test("after two asks it lets go and does not ask again", () => {
  expect(last(["send me the list", "hmm", "hmm"])).toMatchObject({
    said: "Never mind then.",
    open: null,
    asked: { email: "attempts_exhausted" },
  });
  expect(last(["send me the list", "hmm", "hmm", "send me the list"])).toMatchObject({
    open: null,
    asked: { email: "attempts_exhausted" },
  });
});

test("a question back is passed on, costs nothing and keeps the request open", () => {
  expect(last(["book a table", "Mike", "do you have parking?"])).toMatchObject({
    move: "digression",
    said: "Passed on.",
    open: "phone",
    attempt: 1,
    asked: { phone: "pending" },
  });
});

test("a digression that a rule answers gets that answer", () => {
  expect(last(["send me the list", "what are your opening hours?"])).toMatchObject({
    move: "digression",
    said: "We open at nine.",
    open: "email",
    attempt: 1,
  });
});

test("why do you ask is answered with the field's reason", () => {
  expect(last(["send me the list", "why do you need that?"])).toMatchObject({
    said: "email is for the team.",
    open: "email",
    attempt: 1,
  });
});

test("somebody who needs a moment gets it", () => {
  expect(last(["send me the list", "one moment"])).toMatchObject({ said: "Take your time.", attempt: 1 });
  expect(last(["send me the list", "yes"])).toMatchObject({ said: "Take your time.", attempt: 1 });
});

test("a refusal is accepted, ends the asking for that field and nothing else is asked in that breath", () => {
  expect(last(["book a table", "I'd rather not"])).toMatchObject({
    move: "refusal",
    said: "No problem.",
    open: null,
    refused: ["name"],
    asked: { name: "refused", phone: "pending" },
  });
  expect(last(["book a table", "I'd rather not", "ok"])).toMatchObject({ open: "phone" });
  expect(last(["send me the list", "no", "send me the list"])).toMatchObject({
    open: null,
    asked: { email: "refused" },
  });
});

test("a second refusal, with nothing open, refuses what is waiting", () => {
  expect(last(["book a table", "rather not", "rather not"])).toMatchObject({
    move: "refusal",
    open: null,
    refused: ["phone"],
    asked: { name: "refused", phone: "refused" },
  });
});

test("a refusal that names another field refuses that one", () => {
  expect(last(["book a table", "I'd rather not give my phone"])).toMatchObject({
    refused: ["phone"],
    open: "name",
  });
});

test("a field refused in an earlier conversation cools off, and is asked for again afterwards", () => {
  const now = 1_700_000_000_000;
  expect(last(["send me the list"], { coolingOff: { email: now + 1 } })).toMatchObject({
    open: null,
    asked: { email: "cooling_off" },
  });
  expect(last(["send me the list"], { coolingOff: { email: now } })).toMatchObject({ open: "email" });
});

test("an answer that is no valid value gets a wording of its own, within the same two asks", () => {
  expect(last(["send me the list", "mike@gmail"])).toMatchObject({
    move: "invalid_answer",
    said: "That email is not whole?",
    attempt: 2,
  });
  expect(last(["send me the list", "mike@gmail", "mike@gmail"])).toMatchObject({
    said: "Never mind then.",
    open: null,
  });
});

test("a likely typo is offered back, and the customer's word is final", () => {
  const offered = ["my email is bob@gmial.com"];
  expect(last(offered)).toMatchObject({
    said: "Did you mean bob@gmail.com?",
    mode: "confirming",
    open: null,
    collected: { email: "bob@gmial.com" },
    asked: { email: "known" },
  });
  expect(last([...offered, "yes"])).toMatchObject({
    move: "confirmation",
    said: "Changed to bob@gmail.com.",
    collected: { email: "bob@gmail.com" },
  });
  expect(last([...offered, "no, gmial is right"])).toMatchObject({
    said: "Noted bob@gmial.com.",
    collected: {},
  });
  expect(last([...offered, "hmm"])).toMatchObject({ said: "Noted bob@gmial.com.", mode: "listening" });
  expect(last([...offered, "bob@work.example"])).toMatchObject({ collected: { email: "bob@work.example" } });
  expect(last([...offered, "no", "my email is bob@gmial.com"])).toMatchObject({ mode: "listening" });
});

test.each(["nope, gmail", "no, I meant gmail.com", "gmail", "yes gmail"])(
  "%s takes the suggestion",
  (answer) => {
    expect(last(["my email is bob@gmial.com", answer]).collected).toEqual({ email: "bob@gmail.com" });
  },
);

test.each(["it's gmial", "no gmail. gmial", "yes, gmial", "no"])("%s keeps what was typed", (answer) => {
  expect(last(["my email is bob@gmial.com", answer])).toMatchObject({
    said: "Noted bob@gmial.com.",
    mode: "listening",
    collected: {},
  });
});

test("an offer survives a digression, and only what is mistyped anew is offered again", () => {
  const asideFirst = ["my email is bob@gmial.com", "what are your opening hours?"];
  expect(last(asideFirst)).toMatchObject({
    move: "digression",
    said: "We open at nine.",
    mode: "confirming",
  });
  expect(last([...asideFirst, "yes"]).collected).toEqual({ email: "bob@gmail.com" });
  const kept = ["my email is bob@gmial.com", "no"];
  expect(last([...kept, "my email is bob@gmial.com"]).mode).toBe("listening");
  expect(last([...kept, "my email is bob@hotmial.com"]).said).toBe("Did you mean bob@hotmail.com?");
});

test("an offer takes the place of the open request, which comes next", () => {
  const offered = ["book a table", "my email is bob@gmial.com"];
  expect(last(offered)).toMatchObject({ mode: "confirming", asked: { name: "pending", email: "known" } });
  expect(last([...offered, "yes"])).toMatchObject({ open: "name", attempt: 2 });
});

test("the consent to a suggestion is the characters of the yes", () => {
  const { turn } = last(["my email is bob@gmial.com", "yes please"]);
  expect(turn.collected).toEqual([
    {
      field: "email",
      value: "bob@gmail.com",
      raw: "yes",
      span: { start: 0, end: 3 },
      extractor: "confirmation",
      rule: null,
    },
  ]);
});

const doubted = ["book a table", "Mike", "0412 345 67"];

test("a number that no numbering plan has is noted, and asked back once", () => {
  expect(last(doubted)).toMatchObject({
    move: "answer",
    said: "Noted 0412 345 67. Is that whole?",
    mode: "confirming",
    collected: { phone: "041234567" },
    asked: { phone: "known" },
  });
  expect(last(doubted).turn.collected).toMatchObject([{ field: "phone", unvalidated: true, rule: "book" }]);
  expect(last(doubted).turn.confirm).toMatchObject({ stated: "041234567", suggestion: null });
});

test.each(["yes", "0412 345 67", "hmm", "rather not give my email"])(
  "after %s the number stays as it was given",
  (answer) => {
    const heard = last([...doubted, answer]);
    expect(heard).toMatchObject({ mode: "listening", open: null });
    expect(Object.values(heard.collected).filter((value) => value !== "041234567")).toEqual([]);
    expect(heard.turn.denied).toEqual([]);
    expect(heard.asked).toMatchObject({ phone: "known" });
  },
);

test("what was said to be whole is thanked for as it was typed", () => {
  expect(last(["my phone is 0412 345 67", "yes"]).said).toBe("Noted 0412 345 67.");
});

test.each(["no", "actually not", "sorry, typo", "8", "0412 3"])(
  "%s says that the number is not whole",
  (answer) => {
    expect(last([...doubted, answer])).toMatchObject({
      move: "confirmation",
      said: "That phone is not whole?",
      open: "phone",
      asked: { phone: "asked" },
      turn: { denied: [{ field: "phone", value: "041234567" }] },
    });
  },
);

test("a typo that is owned up to takes a suggestion", () => {
  expect(last(["my email is bob@gmial.com", "sorry, typo"]).collected).toEqual({ email: "bob@gmail.com" });
});

test("a yes beside a correction is a yes", () => {
  expect(last([...doubted, "yes, actually"]).turn.denied).toEqual([]);
});

test.each(["rather not", "I'd rather not give my phone", "actually rather not", "no, rather not"])(
  "%s takes the number back, and it is not asked for again",
  (answer) => {
    const withdrawn = last([...doubted, answer]);
    expect(withdrawn).toMatchObject({
      move: "refusal",
      said: "No problem.",
      open: null,
      refused: ["phone"],
      asked: { phone: "refused" },
      turn: { denied: [{ field: "phone", value: "041234567" }] },
    });
    expect(last([...doubted, answer, "book a table"])).toMatchObject({
      open: null,
      asked: { phone: "refused" },
    });
  },
);

test("a number that is taken back leaves alone what is waiting", () => {
  expect(last(["book a table", "my phone is 0412 345 67", "rather not"])).toMatchObject({
    refused: ["phone"],
    asked: { name: "pending" },
  });
});

test("a number that is said not to be whole, and given again, stands", () => {
  const insisted = last([...doubted, "no", "0412 345 67"]);
  expect(insisted).toMatchObject({ mode: "listening", asked: { phone: "known" } });
  expect(insisted.turn.state.fields["phone"]).toMatchObject({ denied: false });
});

test("with a number that was taken back the dialogue is not complete", () => {
  const all = ["my email is a@b.example, my name is Mike", "my phone is 0412 345 67"];
  expect(last([...all, "rather not"]).mode).toBe("listening");
  expect(last([...all, "yes"]).mode).toBe("complete");
});

test("another number takes its place, and is not asked back again", () => {
  expect(last([...doubted, "0412 345 678"])).toMatchObject({
    mode: "listening",
    collected: { phone: "+61412345678" },
  });
  expect(last([...doubted, "0412 345 6789"])).toMatchObject({
    mode: "listening",
    collected: { phone: "04123456789" },
  });
});

test("a no asks once more and says what is wrong, while an attempt is left", () => {
  const denied = [...doubted, "no"];
  expect(last(denied)).toMatchObject({
    said: "That phone is not whole?",
    open: "phone",
    attempt: 2,
    asked: { phone: "asked" },
  });
  expect(last([...denied, "0412 345 678"])).toMatchObject({
    mode: "listening",
    collected: { phone: "+61412345678" },
  });
  expect(last([...denied, "0412 345 6789"]).mode).toBe("listening");
  expect(last(["book a table", "Mike", "0412", "0412 345 67", "no"])).toMatchObject({
    said: "Never mind then.",
    open: null,
    asked: { phone: "attempts_exhausted" },
  });
});

test("a volunteered number that is said to be wrong is asked for, as attempt one", () => {
  const told = ["my phone is 0412 345 67", "no"];
  expect(last(told)).toMatchObject({ said: "That phone is not whole?", open: "phone", attempt: 1 });
});

test("the question survives a digression, and an upset customer does not get it", () => {
  const aside = [...doubted, "what are your opening hours?"];
  expect(last(aside)).toMatchObject({ move: "digression", mode: "confirming" });
  expect(last([...aside, "yes"])).toMatchObject({
    mode: "listening",
    said: "Noted 0412 345 67.",
  });
  expect(last(["book a table", "Mike", "0412 345 67, your service is a joke"])).toMatchObject({
    said: "I am sorry.",
    collected: { phone: "041234567" },
    mode: "listening",
  });
});

test("a doubtful number takes no valid one's place, unless it puts it right", () => {
  const known = { phone: "+61412345678" };
  const weaker = last(["my phone is 98765432"], { known });
  expect(weaker).toMatchObject({ collected: {}, mode: "listening" });
  expect(weaker.turn.understanding.findings).toMatchObject([
    { field: "phone", value: "98765432", status: "rejected", reason: "weaker_than_known" },
  ]);
  expect(last(["actually my phone is 98765432"], { known })).toMatchObject({
    collected: { phone: "98765432" },
    mode: "confirming",
  });
});

test("a doubtful number takes a doubtful one's place, and is not asked back again", () => {
  expect(last([...doubted, "yes", "my phone is 98765432"])).toMatchObject({
    said: "Changed to 98765432.",
    collected: { phone: "98765432" },
    mode: "listening",
  });
});

test("a correction replaces what was known and says so", () => {
  expect(last(["my email is bob@home.example", "actually it's bob@work.example"])).toMatchObject({
    move: "correction",
    said: "Changed to bob@work.example.",
    collected: { email: "bob@work.example" },
  });
});

test("an upset customer is asked for nothing, and what was open is dropped", () => {
  expect(last(["book a table", "your service is a joke"])).toMatchObject({
    move: "hold",
    said: "I am sorry.",
    open: null,
    asked: { name: "held", phone: "held", email: "held" },
  });
  expect(last(["book a table", "your service is a joke", "ok"])).toMatchObject({
    open: null,
    asked: { name: "no_trigger" },
  });
});

test("a hold keeps what the customer gives all the same", () => {
  expect(last(["my email is a@b.example, your service is a joke"]).collected).toEqual({
    email: "a@b.example",
  });
});

test("a change of subject asks what the new one needs, and comes back to the old one later", () => {
  const changed = ["send me the list", "book a table"];
  expect(last(changed)).toMatchObject({
    move: "trigger",
    open: "name",
    asked: { email: "pending", name: "asked", phone: "lower_priority" },
  });
  expect(last([...changed, "Mike", "0412 345 678"])).toMatchObject({ open: "email", attempt: 2 });
});

test("two rules at once: the higher priority's field goes first", () => {
  expect(last(["book a table and send me the list"])).toMatchObject({
    open: "email",
    asked: { email: "asked", name: "lower_priority", phone: "lower_priority" },
  });
});

test("several details in one message are thanked for once", () => {
  expect(last(["my email is a@b.example and my phone is 0412 345 678"]).said).toBe(
    "Noted a@b.example, 0412 345 678.",
  );
});

test("a volunteered name is not asked for, and the greeting uses it", () => {
  expect(last(["Hi, Mike here. book a table"])).toMatchObject({ open: "phone", collected: { name: "Mike" } });
  expect(last(["Hi, Mike here"]).said).toBe("Hello Mike!");
});

test("what an agent asks for is heard as asked, and costs the engine no attempt", () => {
  expect(last(["agent: please give your name", "petronel"])).toMatchObject({
    collected: { name: "Petronel" },
  });
  expect(last(["agent: please give your email", "I'd rather not"])).toMatchObject({ refused: ["email"] });
});

test("once every required field is known the dialogue is complete, and a new fact is still heard", () => {
  const all = ["my email is a@b.example, my name is Mike, my phone is 0412 345 678"];
  expect(last(all)).toMatchObject({ mode: "complete" });
  expect(last([...all, "actually my email is c@d.example"])).toMatchObject({
    move: "correction",
    mode: "complete",
  });
});

test("an inactive conversation answers, collects nothing, and wakes when collecting is on again", () => {
  const off = last(["book a table, my name is Mike"], { collecting: "action_inactive" });
  expect(off).toMatchObject({ move: "not_collecting", said: "Gladly.", mode: "inactive", collected: {} });
  const [first] = play(pack, [{ role: "customer", text: "Hi" }], { collecting: "not_entitled" });
  expect(first?.turn.state.dialogue.mode).toBe("inactive");
});

test("a question that nobody can answer is passed on", () => {
  expect(last(["is the moon far?"])).toMatchObject({ move: "fall_back", said: "Passed on." });
});

test("what nothing matches falls back, and promises nothing", () => {
  expect(last(["the moon"])).toMatchObject({ move: "fall_back", said: "Somebody will read this." });
});

test("what another conversation gave meanwhile is asked for no more", () => {
  const [first] = dialogue(["send me the list"]);
  const circumstances = { ...first?.circumstances, known: { email: "a@b.example" } } as Circumstances;
  const turn = takeTurn(pack, first?.turn.state ?? INITIAL_STATE, "hmm", circumstances);
  expect(turn.request).toBeNull();
  expect(turn.trace.reasons["email"]).toBe("known");
  expect(turn.replies).toEqual(["Somebody will read this."]);
});

test("a field or a rule that is gone from the pack leaves an old state without harm", () => {
  const old: State = {
    ...INITIAL_STATE,
    turn: 3,
    dialogue: { mode: "requesting", request: { field: "company", rule: "gone", attempt: 1 } },
    queue: [
      { field: "shoe_size", rule: "gone" },
      { field: "phone", rule: "gone" },
    ],
  };
  const circumstances = { now: 0, known: {}, coolingOff: {}, collecting: "on", region: "AU" } as const;
  const turn = takeTurn(pack, old, "hmm", circumstances);
  expect(turn.replies).toEqual(["Which phone one?"]);
  expect(turn.state.queue).toEqual([]);
});

test("a no to somebody else's question refuses nothing of ours, and no detail that was only spoken of", () => {
  expect(last(["send me the list", "agent: The sun shines. Shall we go on?", "no"])).toMatchObject({
    refused: [],
    open: null,
    asked: { email: "pending" },
  });
  expect(last(["agent: I have updated your phone. Anything else?", "no"]).refused).toEqual([]);
});

test("a refusal is not led astray by a detail that the same message gives", () => {
  expect(last(["send me the list", "rather not. my name is Mike"])).toMatchObject({
    refused: ["email"],
    collected: { name: "Mike" },
    said: "Noted Mike. No problem.",
  });
});

test("a shorter form of the known name changes nothing, unless it is put right", () => {
  expect(last(["my name is Mike Lindqvist", "it's Mike here"])).toMatchObject({ collected: {} });
  expect(last(["my name is Mike Lindqvist", "actually my name is Mike"])).toMatchObject({
    collected: { name: "Mike" },
    said: "Changed to Mike.",
  });
});

test("a question beside an answer is passed on before the next ask", () => {
  expect(last(["book a table", "Mike. do you have parking?"]).said).toBe(
    "Noted Mike. Passed on. Which phone one?",
  );
});

test("a question that only carries the detail is no question to pass on", () => {
  expect(last(["send me the list", "can you use mike@work.example?"]).said).toBe("Noted mike@work.example.");
});

test("an invalid answer beside another detail is asked back with its own wording", () => {
  expect(last(["send me the list", "mike@gmail and my phone is 0412 345 678"])).toMatchObject({
    collected: { phone: "+61412345678" },
    said: "Noted 0412 345 678. That email is not whole?",
  });
});

test("nothing left over is asked for at a greeting or a goodbye", () => {
  expect(last(["book a table", "rather not", "hello"])).toMatchObject({
    open: null,
    asked: { phone: "pending" },
  });
});

test("why we ask is answered for the field that the customer means", () => {
  expect(last(["book a table", "Mike", "why do you need my name?"]).said).toBe("name is for the team.");
  expect(last(["why do you need my email?"]).said).toBe("email is for the team.");
});

test("wordings vary by how often they were said", () => {
  expect(last(["the moon", "the moon"]).said).toBe("Somebody will read this too.");
});

test("an agent's question makes our own wait, and what answers it is not heard as the answer to ours", () => {
  const agent = ["book a table", "agent: Which branch are you near?"];
  expect(last([...agent, "Newtown"])).toMatchObject({ open: null, collected: {} });
  expect(last([...agent, "Newtown", "ok"])).toMatchObject({ open: "name", attempt: 2 });
});

test("an agent or a bot that puts our question in its own words leaves it open", () => {
  expect(last(["book a table", "agent: please give your name", "Mike"])).toMatchObject({
    collected: { name: "Mike" },
    open: "phone",
  });
});

test("a greeting does not swallow the question beside it", () => {
  expect(last(["hello! is the moon far?"]).said).toBe("Passed on.");
  expect(last(["Hi! what are your opening hours?"]).said).toBe("We open at nine.");
});

test("a phone number from an earlier turn is read back with spaces", () => {
  const done = ["my phone is +61412345678", "book a table", "Mike"];
  expect(last(done).said).toBe("All noted, Mike.");
  expect(last(["my phone is +61412345678 and my name is Mike"]).said).toBe("Noted +61412345678, Mike.");
});

test("a mail domain is read back in the letters of its language, and stored in the one form that all spellings share", () => {
  expect(last(["my email is Zoe@BÜCHER.example"])).toMatchObject({
    said: "Noted zoe@bücher.example.",
    collected: { email: "zoe@xn--bcher-kva.example" },
  });
});
