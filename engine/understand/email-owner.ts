import type { RejectReason, Span } from "./understanding.ts";

const BEFORE_CHARS_MAX = 90;
const AFTER_CHARS_MAX = 50;

const PERSON =
  "(?:wife|husband|boss|manager|friend|colleague|coworker|co-worker|brother|sister|mother|father|mom|mum|dad|son|daughter|" +
  "partner|assistant|secretary|neighbou?r|girlfriend|boyfriend|accountant|lawyer|cousin|uncle|aunt|flatmate|roommate|ex)";

/** The customer's own, whatever else the sentence says. */
const OWN = /\b(?:my (?:own |new |work |personal |private |other |current |correct |right )?(?:e-?mail|mail|address|one|contact)[\w ']{0,20}|(?:i am|i'm|me) at|reach me (?:at|on|by|via)|contact me (?:at|on|by|via)|(?:e-?mail|mail|write|message) (?:it |that |this |them )?(?:to )?me (?:at|on|to)|send (?:it|that|this|them|me|one|the [\w ]{1,30}) (?:over |all |across )?(?:at|to)|i use|use)[\s:,=-]*(?:is|was|it's|to|at)?[\s:(<"'-]*$/i; // prettier-ignore
const NEGATED_BEFORE = /\b(?:not|isn'?t|is not|instead of|rather than|no longer(?: (?:use|have|own|check|read))?|used to be|never|(?:forget|ignore|delete|remove|scrap|disregard|discard)(?: (?:about|the|my|that|this|e-?mail|mail|address|one))*|(?:no|lost|without) access to|don'?t (?:use|have(?: access to)?|own|check|send (?:it |anything )?to|write to|e-?mail)|stop (?:using|sending (?:it |mails? )?to)|(?<!\b(?:is|was|'s) (?:my |the |our |an? )?)(?:wrong (?:e-?mail|address)[\w ]{0,12}|(?:old|previous|former) (?:e-?mail|mail|address|one)(?: address)?(?: is| was)?))[\s:,("'-]*$/i; // prettier-ignore
const NEGATED_AFTER = /^["')>\s]*(?:,? ?(?:is|was|used to be)) (?:now |my |the |an? |our )*(?:not|no longer|wrong|incorrect|old|previous|former|outdated|invalid|dead|gone|closed)\b|^["')>\s]*\((?:my )?(?:old|previous|former|wrong)\b|^["')>\s]*(?:isn'?t|does ?n'?o?t (?:work|exist)|no longer|stopped working|bounce[sd]|is no good)\b/i; // prettier-ignore
/** "Change a@… to b@…": the first is given up. */
const REPLACED_BEFORE =
  /\b(?:chang|replac|updat|switch|swap|mov)(?:e|ed|ing|ped|ping)?\b[\w ',]{0,40}[\s:(<"']*$/i;
const REPLACED_AFTER = /^["')>\s]*(?:to|with|into|by|for|->|→|=>)\s+[^\s@]{1,64}@/i;
const ARROW = /^["')>\s]*(?:[-=]>|→)/;
/** "I wrote to you from a@…": the sender's own, unless it came from there. */
const WRITTEN_FROM = /\b(?:i|we|i've|we've|i'm) (?:\w+ ){0,2}?(?:wrote|written|write|writing|e-?mailed|mailed|messaged|contacted|replied|sent)\b(?![\w' ]*\b(?:got|received|heard|reply|answer|response|mails?|e-?mails?|one)\b)[\w' ]{0,40} (?:from|using)[\s:(<"']*$/i; // prettier-ignore
const RECIPIENT = /\b(?:(?:i|we|i've|we've|i have|already|just|also|even) (?:\w+ ){0,2}?(?:wrote|written|e-?mailed|mailed|contacted|messaged|complained|replied|forwarded|reached out|sent|got|received|heard)|(?:wrote|e-?mailed|mailed|contacted|messaged|complained|forwarded) )(?:[\w' ]{0,40}?)(?: ?(?:to|at|from|with|via))?[\s:(<"']*$|\b(?:e-?mail|mail|message|reply|newsletter|answer|invoice)s? (?:\w+ ){0,3}from[\s:(<"']*$|\b(?:your|the company'?s|the shop'?s) (?:e-?mail|mail|support|address|contact)[\w ]{0,20}(?:is)?[\s:(<"']*$|\b(?:should|shall|do|can|could|may|must) (?:i|we) (?:write|e-?mail|mail|send|contact|use|reach)[\w' ]{0,25}$/i; // prettier-ignore
const SOMEONE_ELSE = new RegExp(
  `\\b(?:my|our|the|his|her|their) (?:\\w+ )?${PERSON}(?:'?s)?(?: \\w+)?(?:'s)?(?: (?:e-?mail|mail|address|e-?mail address))?(?: (?:is|at|on|uses|was|can be reached at))?[\\s:(<"',-]*$|` +
    `\\b(?:his|her|their) (?:\\w+ )?(?:e-?mail|mail|address)(?: address)?(?: is| was)?[\\s:(<"']*$|` +
    `\\b(?!what's|it's|that's|here's|there's|let's|e?mail's)[a-z]+'s (?:e-?mail|mail|address)(?: address)?(?: is| was)?[\\s:(<"']*$|` +
    `\\b(?:he|she|they)(?:'s| is| are|'re)? (?:at|on|uses?)[\\s:(<"']*$`,
  "i",
);
const SOMEONE_ELSE_AFTER = new RegExp(
  `^["')>\\s]*(?:is|was|belongs to) (?:(?:my|our|his|her|their) (?:\\w+ )?${PERSON}\\b|(?:his|her|hers|their|theirs|yours)\\b)`,
  "i",
);
const QUESTION_BEFORE = /^(?:[\w' ]{0,20}[,.!] ?)?(?:so |and |or |but )?(?:is|isn'?t|are|was|does|do|did|have|has|what about|who(?:'s| is)?|whose)\b(?! (?:you able|it (?:ok|okay|possible|fine|alright)))[^]*$/i; // prettier-ignore
/** "Is a@… ok?", in answer to the question for the address, gives it. */
const WILL_DO = /^["')>\s]*(?:ok|okay|fine|good|alright|enough|acceptable|possible|work|do)\b/i;
const ROLE = /^(?:support|info|sales|help|helpdesk|service|customer-?service|customercare|care|no-?reply|do-?not-?reply|contact|billing|feedback|orders?|bookings?|reservations?|enquiries|hello|office|team|admin|press|jobs|privacy|returns)$/i; // prettier-ignore

/** "Could you email a price list to orders@…?": where to send it is the customer's, even a shop's address. */
const SEND_TO = /\b(?:(?:can|could|would|will) (?:you|someone|somebody)|please|pls|kindly|to) (?:\w+ )?(?:send|e-?mail|mail|forward|cc|copy)\b[\w ,']{0,60}\b(?:to|at)[\s:(<"']*$|^(?:send|e-?mail|mail|forward)\b[\w ,']{0,60}\b(?:to|at)[\s:(<"']*$/i; // prettier-ignore

/** Why an address is not the customer's own, read from the words around it; null when it is taken for theirs.
 *  `question` says that its sentence is a question: "can you send it to …?" gives an address, "is it …?" does not. */
export function emailOwner(
  text: string,
  span: Span,
  local: string,
  heard: { readonly asked: boolean; readonly question: boolean },
): RejectReason | null {
  const before = sentenceBefore(text, span.start);
  const after = text.slice(span.end, span.end + AFTER_CHARS_MAX);
  if (NEGATED_BEFORE.test(before) || NEGATED_AFTER.test(after)) return "negated";
  if (REPLACED_AFTER.test(after) && (ARROW.test(after) || REPLACED_BEFORE.test(before))) return "negated";
  if (SOMEONE_ELSE.test(before) || SOMEONE_ELSE_AFTER.test(after)) return "someone_else";
  if (WRITTEN_FROM.test(before)) return null;
  if (RECIPIENT.test(before)) return "recipient";
  if (OWN.test(before) && !heard.question) return null;
  if (heard.asked && heard.question && WILL_DO.test(after)) return null;
  if (heard.question && QUESTION_BEFORE.test(before)) return "in_question";
  if (ROLE.test(local) && !heard.asked && !OWN.test(before) && !SEND_TO.test(before)) return "recipient";
  return null;
}

/** The words of the same sentence before `start`. Full stops inside addresses are not the end of a sentence. */
function sentenceBefore(text: string, start: number): string {
  const before = text.slice(Math.max(0, start - BEFORE_CHARS_MAX), start).replaceAll("’", "'");
  const end = Math.max(
    before.lastIndexOf("\n"),
    before.lastIndexOf(". "),
    before.lastIndexOf("! "),
    before.lastIndexOf("? "),
  );
  return before.slice(end + 1).trimStart();
}
