import { tag, type Term as CompromiseTerm } from "./compromise.ts";
import { QUESTION_MARK, type Term, type TermSentence } from "./terms.ts";

/** Reads `text` into sentences of terms with parts of speech, for the triggers that need them. Total. */
export function readTaggedTerms(text: string): readonly TermSentence[] {
  try {
    return locate(text, tag(text));
  } catch {
    // Whatever compromise trips over, the message goes on without its words: other triggers still see it.
    return [];
  }
}

/** Finds where each word of compromise's sentences stands in the text that they were made from. */
function locate(text: string, sentences: readonly (readonly CompromiseTerm[])[]): TermSentence[] {
  let cursor = 0;
  let gap = 0;
  return sentences.map((words) => {
    let start = cursor;
    const terms = words.map((word, at): Term => {
      if (word.text !== "") {
        // compromise's own offsets drift when it drops or adds a character, so each word is looked up.
        const expected = cursor + gap + word.pre.length;
        start = text.startsWith(word.text, expected) ? expected : text.indexOf(word.text, cursor);
        if (start === -1) start = cursor;
        else cursor = start + word.text.length;
        gap = word.post.length;
      } else {
        // A later part of a contraction ("not" in "don't") stands where the whole of it does.
        gap += word.post.length;
      }
      const opens = at === 0 || /[^\s'’]/.test(words[at - 1]?.post ?? "");
      return {
        start,
        end: cursor,
        forms: formsOf(word),
        normal: word.normal || word.implicit || "",
        opens,
        silent: false,
        tagged: word,
      };
    });
    return { terms, start: terms[0]?.start ?? cursor, end: cursor };
  });
}

/** Everything that compromise would accept a word of a trigger as. */
function formsOf(word: CompromiseTerm): string[] {
  const forms = [word.normal, word.text, word.implicit, word.machine, word.root, ...(word.alias ?? [])];
  if (word.post.includes("?")) forms.push(QUESTION_MARK);
  return [...new Set(forms)].filter((form): form is string => form !== undefined && form !== "");
}
