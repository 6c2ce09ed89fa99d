import * as fc from "fast-check";
import { expect, test } from "vitest";
import { emailKey } from "../../../engine/understand/email-key.ts";
import { mailboxOf } from "../../../server/customers/mailbox.ts";

test.each([
  ["bob.smith@gmail.com", "bobsmith@gmail.com"],
  ["b.o.b+news@googlemail.com", "bob@gmail.com"],
  ["bob+a+b@outlook.com", "bob@outlook.com"],
  ["b.ob@outlook.com", "b.ob@outlook.com"],
  ["bob+x@fastmail.fm", "bob@fastmail.fm"],
  ["bob_smith-x@pm.me", "bobsmithx@proton.me"],
  ["+x@gmail.com", "+x@gmail.com"],
])("%s is delivered to %s", (email, mailbox) => {
  expect(mailboxOf(email)).toBe(mailbox);
});

test.each(["bob+news@work.example", "b.ob@work.example", "bob@gmail.com.example", "bob@notgmail.com"])(
  "of %s nobody knows that another address is the same",
  (email) => {
    expect(mailboxOf(email)).toBeNull();
  },
);

test("law: the mailbox of a mailbox is itself", () => {
  const locals = fc.stringMatching(/^[a-z]([a-z.+_-]{0,8}[a-z])?$/u);
  const domains = fc.constantFrom("gmail.com", "googlemail.com", "icloud.com", "pm.me", "hotmail.com");
  fc.assert(
    fc.property(locals, domains, (local, domain) => {
      const key = emailKey(`${local}@${domain}`);
      fc.pre(key !== null);
      const mailbox = mailboxOf(key ?? "") ?? "";
      expect(mailboxOf(mailbox)).toBe(mailbox);
    }),
  );
});
