import { z } from "zod";
import { SIGNALS } from "../understand/understanding.ts";

/**
 * The shapes of the rule files, one schema a kind. The kind of a file is its top-level key. The descriptions are what
 * an editor shows a rule author: rules/schema.json is generated from them (see json-schema.ts).
 */

const KEY = /^[a-z][a-z0-9_]*$/;
const KEY_HELP = "lower-case letters, digits and _, beginning with a letter";

const key = z.string().regex(KEY, KEY_HELP);
const text = z.string().regex(/\S/, "some text").max(1_000);
const title = text.describe("One line that tells people what this is. It shows in traces.");
const language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/, "a language code such as `en` or `pt-BR`")
  .describe("Language of the triggers and wordings, such as `en`. The same in every file of a pack.");
const wordings = z
  .union([text, z.array(text).min(1)])
  .transform((given) => (typeof given === "string" ? [given] : given))
  .describe(
    "One wording, or several by attempt: the first, then the second; the last one serves all later attempts.",
  );
const fieldKeys = z.array(key);

const trigger = z
  .union([
    text,
    z
      .strictObject({
        opens: text.describe("Words at the beginning of a clause, behind the file's `fillers`.").optional(),
        whole: text.describe("Words that are a whole clause, but for the file's `fillers`.").optional(),
        regex: text.describe("A regular expression in RE2 syntax; case does not matter.").optional(),
      })
      .refine((given) => Object.keys(given).length === 1, "exactly one of `opens`, `whole` and `regex`"),
  ])
  .describe(
    "Words in compromise's match syntax, such as `(email|send) me the? brochure`, or {opens: …}, {whole: …} or {regex: '…'}.",
  );
const fillers = z
  .array(text)
  .max(100)
  .default([])
  .describe("Words that `opens` and `whole` pass over: oh, well, please …");
const triggers = z.array(trigger).min(1).describe("Any one of these makes the rule match.");
const except = z
  .array(trigger)
  .describe("What cancels the triggers of this rule when it is said in the same sentence.");

const example = z
  .union([
    text,
    z.strictObject({
      text,
      asked: key.describe("The field that the customer was being asked for.").optional(),
    }),
  ])
  .describe("A message as a customer would write it, or {text: '…', asked: email}.");
const matches = z.array(example).describe("Messages that this rule must match.");
const ignores = z.array(example).describe("Messages that this rule must not match: the near misses.");
const examples = z
  .strictObject({ matches, ignores })
  .describe("Messages that are run as tests. Many of them are better kept in a file of their own.");

const wordingsByField = z.record(key, wordings);

export const intentFile = z
  .strictObject({
    intent: key.describe(`The intent's name: ${KEY_HELP}; unique in the pack.`),
    title,
    language,
    priority: z
      .int()
      .min(1)
      .max(1_000)
      .describe("1 to 1000, unique in the pack. The highest one that matches leads."),
    hold: z.boolean().default(false).describe("true = a moment in which nothing may be asked for."),
    requests: fieldKeys.default([]).describe("The fields to ask for, in this order, one at a time."),
    fillers,
    triggers,
    except: except.default([]),
    replies: z
      .array(text)
      .default([])
      .describe(
        "Said when the rule leads: the first time the first, then the next. A statement when the rule requests something.",
      ),
    ask: wordingsByField
      .default({})
      .describe("Asks for a requested field in this rule's own words: one question each."),
    invalid: wordingsByField.default({}).describe("Said when the answer is not valid: one question each."),
    done: z.array(text).default([]).describe("Said once everything requested is known. A statement."),
    examples,
  })
  .describe("An intent: what people say, and what to answer and ask for then.");

export const signalFile = z
  .strictObject({
    signal: z.enum(SIGNALS).describe("What people do with a question besides answering it."),
    title,
    language,
    asked_only: z
      .boolean()
      .default(false)
      .describe("true = counts only while a field is being asked for or confirmed."),
    fillers,
    triggers,
    except: except.default([]),
    examples,
  })
  .describe("A signal: how a refusal, a correction, a yes … sounds.");

const field = z.strictObject({
  field: key.describe(`The field's name: ${KEY_HELP}.`),
  title,
  extractor: z.enum(["name", "email", "phone", "pattern"]).describe("How a value is found in a message."),
  pattern: text
    .describe("With `extractor: pattern`: RE2 syntax. The first group is the value, or the whole match.")
    .optional(),
  required: z.boolean().default(false).describe("Whether a profile counts as complete only with this field."),
  mentions: z.array(trigger).default([]).describe("How people speak of the field: `my email`."),
  ask: wordings.describe("Asks for the field: first ask, reprompt. One question each."),
  invalid: wordings.describe("Said when the answer is not valid: one question each."),
  unvalidated: text
    .describe("With `extractor: phone`: asks once whether a number that may not be whole is. One question.")
    .optional(),
  why: text.describe("Why we ask for it. A statement."),
  thanks: wordings.describe("Said when the value was given. A statement."),
  corrected: wordings.describe("Said when the value was put right. A statement."),
});

export const fieldsFile = z
  .strictObject({
    language,
    limits: z
      .strictObject({
        attempts_max: z.int().min(1).max(10).describe("Asks per field and conversation."),
        cool_off_days: z
          .int()
          .min(0)
          .max(3_650)
          .describe("Days in which a refused field is not asked for again."),
      })
      .describe("How often and how soon a field may be asked for."),
    fields: z.array(field).min(1).describe("The customer details to collect."),
  })
  .describe("The fields: the customer details that this pack collects.");

export const wordingsFile = z
  .strictObject({
    language: language.optional(),
    wordings: z.strictObject({
      fall_back: wordings.describe("Nothing matched. Promises nothing."),
      passed_on: wordings.describe(
        "A question that no rule answers, while a field is being asked for. A statement.",
      ),
      refused: wordings.describe("Accepts a refusal kindly. A statement."),
      let_go: wordings.describe("The asks went unanswered: lets it go. A statement."),
      waiting: wordings.describe("The customer needs a moment. A statement."),
      confirm: wordings.describe("Offers {suggestion} in place of {value}. One question."),
      thanks_all: wordings.describe("Several details at once, as {details}. A statement."),
    }),
  })
  .describe("Wordings that belong to no rule and no field.");

const customer = { customer: text.describe("What the customer says.") };
const agent = { agent: text.describe("What a person of the team says.") };
const bot = { bot: text.describe("What another bot says.") };
const expectations = {
  asks: key.nullable().describe("The field that is asked for now; null = none.").optional(),
  reply: z.string().describe("The whole reply, exactly.").optional(),
  reply_contains: text.describe("A part of the reply.").optional(),
  mode: z.enum(["inactive", "listening", "requesting", "confirming", "complete"]).optional(),
  known: z.record(key, z.string().nullable()).describe("Values after the turn; null = not known.").optional(),
  reasons: z.record(key, z.string()).describe("Why each field was, or was not, asked for.").optional(),
};
const step = z
  .strictObject({
    customer: customer.customer.optional(),
    agent: agent.agent.optional(),
    bot: bot.bot.optional(),
    ...expectations,
  })
  .refine(
    (given) => [given.customer, given.agent, given.bot].filter((said) => said !== undefined).length === 1,
    "a step has exactly one of `customer`, `agent` and `bot`",
  );

export const examplesFile = z
  .strictObject({
    examples_of: key.describe("The intent or signal that these are examples of. The first key of the file."),
    matches: matches.default([]),
    ignores: ignores.default([]),
    held_back: z
      .strictObject({
        matches: z.array(example).default([]).describe("Messages that this rule should match."),
        ignores: z.array(example).default([]).describe("Messages that this rule should not match."),
      })
      .default({ matches: [], ignores: [] })
      .describe(
        "Messages that nobody looked at while writing the triggers: they are counted, and fail nothing.",
      ),
  })
  .refine(
    (given) => [given, given.held_back].some((lists) => lists.matches.length + lists.ignores.length > 0),
    "the file has no examples; give it `matches`, `ignores` or `held_back`",
  )
  .describe("More examples of an intent or a signal, and those that its author did not look at.");

export const transcriptsFile = z
  .strictObject({
    transcripts: z.array(
      z.strictObject({
        title,
        region: z
          .string()
          .regex(/^[A-Z]{2}$/, "a country code such as `AU`")
          .describe("Country for phone numbers in national form.")
          .optional(),
        steps: z.array(step).min(1),
      }),
    ),
  })
  .describe("Dialogues that are run as tests.");

/** The kinds of rule files: top-level key → schema, and the words that name the kind to an author. */
export const FILE_KINDS = {
  intent: { schema: intentFile, called: "an intent file" },
  signal: { schema: signalFile, called: "a signal file" },
  fields: { schema: fieldsFile, called: "a fields file" },
  wordings: { schema: wordingsFile, called: "a wordings file" },
  examples_of: { schema: examplesFile, called: "an examples file" },
  transcripts: { schema: transcriptsFile, called: "a transcripts file" },
} as const;

export type FileKind = keyof typeof FILE_KINDS;
export type IntentFile = z.infer<typeof intentFile>;
export type SignalFile = z.infer<typeof signalFile>;
export type FieldsFile = z.infer<typeof fieldsFile>;
export type WordingsFile = z.infer<typeof wordingsFile>;
export type ExamplesFile = z.infer<typeof examplesFile>;
export type TranscriptsFile = z.infer<typeof transcriptsFile>;
export type WrittenTrigger = z.infer<typeof trigger>;
export type WrittenExample = z.infer<typeof example>;
