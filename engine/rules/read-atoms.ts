import { RE2JS } from "re2js";
import { isTag, isTermMethod, matchTerms, parseMatch } from "./compromise.ts";
import { QUESTION_MARK, wordsOfTrigger } from "./terms.ts";
import { Misread, misplaced, type Reader } from "./trigger-reader.ts";
import { choice, one, type WordShape } from "./word-shape.ts";

/** The smallest parts of a trigger: words, groups of nothing but words, regular expressions, and compromise's own signs. */

export const ANY: WordShape = { kind: "test", test: { kind: "any" } };

// What nearly every group is; none of its alternatives is empty.
const PLAIN_GROUP = /\(([a-z]+(?:[ |][a-z]+)*)\)/y;

/** A group of plain words, read without the detours that other groups need; null for those. */
export function readPlainGroup(reader: Reader): readonly WordShape[] | null {
  PLAIN_GROUP.lastIndex = reader.at;
  const [written, alternatives] = PLAIN_GROUP.exec(reader.source) ?? [];
  if (written === undefined || alternatives === undefined) return null;
  reader.at += written.length;
  return once(reader, written, () => {
    const choices = alternatives.split("|").map((alternative) => readPlainWords(reader, alternative));
    return [choice(choices)];
  });
}

function readPlainWords(reader: Reader, written: string): WordShape {
  if (!written.includes(" ")) return one(wordShapes(reader, written)); // nearly all of them
  return one(written.split(" ").flatMap((word) => wordShapes(reader, word)));
}

const REGEX = /\/((?:\\.|[^\s/\\])+)\//y;

/** `/colou?r/` in place of a word: RE2 syntax, so that no pattern can stop a server. */
export function readRegex(reader: Reader): readonly WordShape[] {
  REGEX.lastIndex = reader.at;
  const [written, pattern] = REGEX.exec(reader.source) ?? [];
  if (written === undefined || pattern === undefined)
    throw new Misread("a `/` has no second one; a regular expression is written /like-this/, without spaces");
  reader.at += written.length;
  return once(reader, written, () => {
    if (pattern === ".") return [ANY];
    const regex = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
    return [{ kind: "test", test: { kind: "where", holds: ({ normal }) => regex.test(normal) } }];
  });
}

const SPECIAL = /#(\w+)|@(\w+)|\{[^{}|]+\}|~[^~\s]+~|%[^%\s]+%|<[^<>\s]+>/y;

/** What only compromise can judge: parts of speech, all forms of a word, near misspellings … */
export function readSpecial(reader: Reader): WordShape {
  SPECIAL.lastIndex = reader.at;
  const [written, tag, method] = SPECIAL.exec(reader.source) ?? [];
  if (written === undefined) throw misplaced(reader);
  if (tag !== undefined && !isTag(tag)) throw new Misread(`\`#${tag}\` is not a part of speech`);
  if (method !== undefined && !isTermMethod(method)) throw new Misread(`\`@${method}\` is not known`);
  reader.at += written.length;
  if (method === "hasQuestionMark") return { kind: "test", test: { kind: "word", word: [QUESTION_MARK] } };
  const [token, ...more] = parseMatch(written);
  if (token === undefined || more.length > 0) throw new Misread(`\`${written}\` is not understood`);
  if (token.fastOr !== undefined && token.pos === undefined) {
    return {
      kind: "test",
      test: { kind: "word", word: [...token.fastOr].flatMap((word) => wordsOfTrigger(word).slice(0, 1)) },
    };
  }
  reader.tagged = true;
  return {
    kind: "test",
    test: {
      kind: "where",
      holds: ({ tagged }) => tagged !== undefined && matchTerms([tagged], [token]).length > 0,
    },
  };
}

const WORD = /[^\s()|?+*{}!^$#@<>%~/\\[\]]+/y;

export function readWord(reader: Reader): readonly WordShape[] {
  WORD.lastIndex = reader.at;
  const [written] = WORD.exec(reader.source) ?? [];
  if (written === undefined) throw misplaced(reader);
  reader.at += written.length;
  const shapes = wordShapes(reader, written);
  if (shapes.length === 0) throw new Misread(`\`${written}\` is not understood`);
  return shapes;
}

function wordShapes(reader: Reader, written: string): readonly WordShape[] {
  return once(reader, written, () =>
    wordsOfTrigger(written).map((word): WordShape => ({
      kind: "test",
      test: { kind: "word", word: [word] },
    })),
  );
}

function once({ atoms }: Reader, written: string, read: () => readonly WordShape[]): readonly WordShape[] {
  const known = atoms.get(written);
  if (known !== undefined) return known;
  const made = read();
  atoms.set(written, made);
  return made;
}
