/** One word of what a short form stands for. */
export interface Part {
  /** What a trigger may call it. */
  readonly forms: readonly string[];
  /** It may be left unread: "it's" is `it is`, and also plain `it`. */
  readonly silent: boolean;
}

/** A part that must be read. */
export function part(...forms: readonly string[]): Part {
  return { forms, silent: false };
}

function silent(...forms: readonly string[]): Part {
  return { forms, silent: true };
}

/** Short forms that stand for exactly these words, typed with their apostrophe or without. */
const PHRASES: Readonly<Record<string, string>> = {
  arent: "are not", cannot: "can not", cant: "can not", couldnt: "could not", didnt: "did not", doesnt: "does not", dont: "do not",
  hadnt: "had not", hasnt: "has not", havent: "have not", isnt: "is not", mustnt: "must not", neednt: "need not", shouldnt: "should not",
  wasnt: "was not", werent: "were not", wont: "will not", wouldnt: "would not", shant: "shall not", "won't": "will not", "can't": "can not",
  "shan't": "shall not", dunno: "do not know", gonna: "going to", gotta: "have got to", wanna: "want to", gimme: "give me", lemme: "let me",
  tryna: "trying to", outta: "out of", kinda: "kind of", sorta: "sort of", alot: "a lot", im: "i am", imma: "i will", ive: "i have",
  youre: "you are", youve: "you have", youll: "you will", theyre: "they are", theyve: "they have", weve: "we have", "let's": "let us", lets: "let us",
  shoulda: "should have", coulda: "could have", woulda: "would have", musta: "must have", whatre: "what are", yall: "you all", "y'all": "you all",
  tbh: "to be honest",
}; // prettier-ignore

/** "thats" is read as "that's": a word that a trigger may write either way, and an `is` that it may leave out. */
const WITH_IS = "it that what where who how here there he she when why".split(" ");

/** Other spellings of one word. */
const ALIASES: Readonly<Record<string, string>> = {
  u: "you", ya: "you", r: "are", pls: "please", plz: "please", plss: "please", plese: "please", pleas: "please", thx: "thanks",
  thanx: "thanks", tks: "thanks", tmrw: "tomorrow", tmr: "tomorrow", tomorow: "tomorrow", tommorow: "tomorrow", appt: "appointment",
  appointmnt: "appointment", msg: "message", acct: "account", cuz: "because", coz: "because", cos: "because", bcoz: "because", wat: "what", wen: "when",
  ppl: "people", recieve: "receive", recieved: "received", recived: "received", bein: "being", thru: "through", tho: "though", "&": "and", "@": "at",
}; // prettier-ignore

const KNOWN: ReadonlyMap<string, readonly Part[]> = new Map<string, readonly Part[]>([
  ...Object.entries(PHRASES).map(
    ([word, phrase]) => [word, phrase.split(" ").map((one) => part(one))] as const,
  ),
  ...Object.entries(ALIASES).map(([word, meant]) => [word, [part(word, meant)]] as const),
  ...WITH_IS.flatMap((word) => {
    const parts = [part(`${word}s`, `${word}'s`, word), silent("is", "has")];
    return [[`${word}s`, parts] as const, [`${word}'s`, parts] as const];
  }),
  ["id", [part("id", "i'd", "i"), silent("would")]],
  ["ur", [part("ur", "your", "you"), silent("are")]],
  ["ain't", [part("is", "am", "are"), part("not")]],
  ["aint", [part("is", "am", "are"), part("not")]],
]);

/** What a lower-cased word, with plain apostrophes, stands for; null when it is one word and nothing else. */
export function partsOf(word: string): readonly Part[] | null {
  const known = KNOWN.get(word);
  if (known !== undefined) return known;
  const apostrophe = word.lastIndexOf("'");
  if (apostrophe < 1) return null;
  const before = word.slice(0, apostrophe);
  switch (word.slice(apostrophe + 1)) {
    case "t":
      return before.endsWith("n") ? [part(before.slice(0, -1)), part("not")] : null;
    case "re":
      return [part(before), part("are")];
    case "ve":
      return [part(before), part("have")];
    case "ll":
      return [part(before), part("will")];
    case "m":
      return [part(before), part("am")];
    case "d":
      return [part(word, before), silent("would")];
    case "s":
      // Most often a possessive; "Tom's late" is heard all the same.
      return [part(word, before), silent("is")];
    case "":
      return [part(word, before)];
    default:
      return null;
  }
}
