import type { Intent, Matcher, RulePack, Settings } from "./pack.ts";

/** The intent that greets: what it asks for is the workspace's to say. */
export const GREETING = "greeting";

/** The pack as the workspace wants it, with the same hash: what its turns decide follows from the pack and the settings. Pure. */
export function configurePack(pack: RulePack, settings: Settings | null): RulePack {
  if (settings === null || isAsItIs(settings)) return pack;
  const { fields, attemptsMax, coolOffDays, greetingAsks, hold, languages } = settings;
  return {
    ...pack,
    settings: { fields, attemptsMax, coolOffDays, greetingAsks, hold, languages },
    limits: {
      attemptsMax: attemptsMax ?? pack.limits.attemptsMax,
      coolOffDays: coolOffDays ?? pack.limits.coolOffDays,
    },
    fields:
      fields === null
        ? pack.fields
        : pack.fields.flatMap((field) => {
            const wanted = fields.find((one) => one.field === field.field);
            return wanted === undefined ? [] : [{ ...field, required: wanted.required }];
          }),
    intents: speaks(pack, settings) ? pack.intents.map((intent) => configureIntent(intent, settings)) : [],
    matcher: speaks(pack, settings) ? pack.matcher : withoutIntents(pack.matcher),
  };
}

function isAsItIs({ fields, attemptsMax, coolOffDays, greetingAsks, hold, languages }: Settings): boolean {
  return [fields, attemptsMax, coolOffDays, greetingAsks, languages].every((one) => one === null) && hold;
}

const speaks = ({ language }: RulePack, { languages }: Settings) => languages?.includes(language) ?? true;

function configureIntent(intent: Intent, { greetingAsks, hold }: Settings): Intent {
  return {
    ...intent,
    hold: intent.hold && hold,
    requests: intent.intent === GREETING && greetingAsks !== null ? [greetingAsks] : intent.requests,
  };
}

/** The signals stay: a refusal is one, whatever else is not understood. */
function withoutIntents(matcher: Matcher): Matcher {
  return { ...matcher, match: (text) => ({ ...matcher.match(text), intents: [], cancelled: [] }) };
}
