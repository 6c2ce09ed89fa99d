/** A customer's message and what must come of it; what is left out is not looked at. */
export interface Line {
  readonly says: string;
  /** The field asked for in this turn; null: nothing is asked. */
  readonly asks?: string | null;
  readonly offers?: string;
  readonly known?: Readonly<Record<string, string>>;
  readonly reasons?: Readonly<Record<string, string>>;
  readonly attempt?: number;
}

export interface Dialogue {
  readonly title: string;
  readonly region?: string;
  readonly lines: readonly Line[];
}

/** What the product is for, as dialogues. They are held over HTTP and in the terminal, on each database. */
export const DIALOGUES: readonly Dialogue[] = [
  {
    title: "a price list is asked for, and the email is given in spoken form",
    lines: [
      { says: "Hi", asks: null, reasons: { name: "no_trigger", email: "no_trigger", phone: "no_trigger" } },
      { says: "Can you email me your price list?", asks: "email", reasons: { email: "asked" } },
      {
        says: "mike at gmail dot com",
        asks: null,
        known: { email: "mike@gmail.com" },
        reasons: { email: "known" },
      },
    ],
  },
  {
    title: "a booking takes the name that was volunteered, and a digression costs no attempt",
    region: "AU",
    lines: [
      {
        says: "Hi, Mike here. I'd like to book an appointment for Tuesday",
        asks: "phone",
        attempt: 1,
        known: { name: "Mike" },
        reasons: { name: "known", phone: "asked" },
      },
      { says: "do you have parking?", attempt: 1 },
      { says: "0412 345 678", asks: null, known: { name: "Mike", phone: "+61412345678" } },
    ],
  },
  {
    title: "a refusal is accepted, and the field is never asked for again",
    lines: [
      { says: "I've been a customer before", asks: "email" },
      { says: "no thanks, I'd rather not", asks: null, reasons: { email: "refused" } },
      { says: "Can you email me your price list?", asks: null, reasons: { email: "refused" } },
      { says: "I've been a customer before", asks: null, reasons: { email: "refused" } },
    ],
  },
  {
    title: "a mistyped mail domain is offered back, and kept when the customer insists",
    lines: [
      { says: "my email is bob@gmial.com", offers: "bob@gmail.com" },
      { says: "no, gmial is right", asks: null, known: { email: "bob@gmial.com" } },
    ],
  },
  {
    title: "a mistyped mail domain is offered back, and mended when the customer agrees",
    lines: [
      { says: "my email is bob@gmial.com", offers: "bob@gmail.com" },
      { says: "yes", asks: null, known: { email: "bob@gmail.com" } },
    ],
  },
  {
    title: "a number that could not be validated is asked back, and forgotten when it is not right",
    region: "AU",
    lines: [
      { says: "Mike here, I'd like to book an appointment for Tuesday", asks: "phone", attempt: 1 },
      { says: "0412 345 67", asks: null, known: { name: "Mike", phone: "041234567" } },
      { says: "not quite, one digit missing", asks: "phone", attempt: 2, known: { name: "Mike" } },
      { says: "no", asks: null, known: { name: "Mike" }, reasons: { phone: "refused" } },
    ],
  },
  {
    title: "an upset customer is not asked for anything",
    lines: [
      {
        says: "this is the third time I ask, your service is a joke",
        asks: null,
        reasons: { name: "held", email: "held", phone: "held" },
      },
    ],
  },
];
