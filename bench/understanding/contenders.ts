import nlp from "compromise";
import { findPhoneNumbersInText, isSupportedCountry } from "libphonenumber-js/max";
import type { RulePack } from "../../engine/rules/pack.ts";
import { understand } from "./engine.ts";
import type { Contender } from "./measure.ts";
import type { Message } from "./sample.ts";

/** compromise alone. It is eager: the words are tagged when it returns. */
export const bareCompromise: Contender = {
  name: "nlp(text)",
  kind: "sync",
  hear: ({ text }) => nlp(text),
};

/** What one would write with the same libraries and no engine: compromise's people, emails and phone numbers, and the
 *  phone numbers that libphonenumber-js finds. */
export const librariesAlone: Contender = {
  name: "nlp(text) + people, emails, phones",
  kind: "sync",
  hear: hearWithLibraries,
};

function hearWithLibraries({ text, context: { region } }: Message): unknown {
  const doc = nlp(text);
  const options = region !== null && isSupportedCountry(region) ? { defaultCountry: region } : {};
  return [
    doc.people().out("array"),
    doc.emails().out("array"),
    doc.phoneNumbers().out("array"),
    findPhoneNumbersInText(text, options),
  ];
}

/** Our `understand` with a pack. */
export function ours(name: string, pack: RulePack): Contender {
  return { name, kind: "sync", hear: ({ text, context }) => understand(pack, text, context) };
}
