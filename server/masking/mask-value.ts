/** What stands in place of what is not shown. */
const DOTS = "•••";
const DIGITS_SHOWN = 3;
const DIGITS_TELLING_MIN = 7; // of fewer digits, three are too much of the number

/** "m•••@g•••.com" of "mike@gmail.com". Of what is no whole address: what there is of it. */
export function maskEmail(email: string): string {
  const at = email.search(/[@＠﹫]/u);
  const [local, domain] = at < 0 ? [email, ""] : [email.slice(0, at), email.slice(at + 1)];
  const name = local.trim() === "" ? "" : `${firstOf(local)}${DOTS}`;
  return at < 0 ? name : `${name}@${maskDomain(domain.trim())}`;
}

function maskDomain(domain: string): string {
  const dot = domain.lastIndexOf(".");
  const ending = dot > 0 && /^\.\p{L}{2,}$/u.test(domain.slice(dot)) ? domain.slice(dot) : "";
  return `${firstOf(domain)}${DOTS}${ending}`;
}

/** "•••• 678" of "+61412345678", by its last three digits; of a short number nothing. */
export function maskPhone(phone: string): string {
  const digits = phone.match(/\p{Nd}/gu) ?? [];
  return digits.length < DIGITS_TELLING_MIN ? `•${DOTS}` : `•${DOTS} ${digits.slice(-DIGITS_SHOWN).join("")}`;
}

function firstOf(text: string): string {
  const [first = ""] = Array.from(text.trim());
  return /[\p{L}]/u.test(first) ? first : "";
}
