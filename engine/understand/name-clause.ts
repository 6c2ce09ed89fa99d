import {
  endsClause,
  endsHard,
  endsSentence,
  isForeignToNames,
  isLetter,
  isMarked,
  isSpelling,
  type Page,
} from "./name-page.ts";
import {
  beginsWeakly,
  isConsonants,
  isFirstName,
  isMiddleInitial,
  isTitled,
  NAME_WORDS_MAX,
  PARTICLES,
  type Certainty,
  type NameWords,
} from "./name-parts.ts";
import { isCommon, isListed, isPlace, isQuality, isSurname, wordKind } from "./vocabulary.ts";

/** The few words up to the end of the clause, when they can be a name and nothing else is said: "ada reason", "Song Wei",
 *  "lena q okoro". What stands alone may be made of ordinary words. */
export function wholeClause(page: Page, first: number, certainty: Certainty): number | null {
  const { words } = page.reading;
  let last = first;
  while (!endsClause(page, last) && !isRepeated(page, first, last + 1)) {
    if (++last - first >= NAME_WORDS_MAX) return null;
  }
  if (certainty === "booking" || isLetter(words[first]) || isForeignToNames(page, first)) return null;
  if (certainty === "weak" && !beginsWeakly(page, first) && !isBeforeName(page, first, last)) return null;
  if (isConsonants(page, first) && certainty !== "strong") return null;
  let names = 0;
  let count = 0;
  for (let k = first; k <= last; k++) {
    const lower = words[k]?.lower ?? "";
    if (k > first && PARTICLES.has(lower) && k < last) continue;
    if (k > first && isLetter(words[k])) {
      if (k === last && !isMiddleInitial(page, first, k, certainty)) return null;
      continue;
    }
    count += 1;
    if (wordKind(lower) !== "ordinary") names += 1;
    else if (k > first ? !isLastName(page, k, certainty) : !isFirstName(page, k)) return null;
    if (k > first && isSpelling(page, k)) return null;
  }
  return isEnough(page, { first, last }, { names, count }, certainty) ? last : null;
}

/** An ordinary word that can be a last name where it ends the clause: "Ada Market". */
function isLastName(page: Page, index: number, certainty: Certainty): boolean {
  const lower = page.reading.words[index]?.lower ?? "";
  if (isForeignToNames(page, index) && !isSurname(lower))
    return isMarked(page, index) && isTitled(page, index) && lower.length <= 3;
  if (isMarked(page, index) || isSurname(lower)) return true;
  if (!endsHard(page, index)) return false;
  return !isListed(lower) || (certainty !== "weak" && !isQuality(lower));
}

/** Whether enough of the words of a whole clause are no ordinary English. */
function isEnough(
  page: Page,
  { first, last }: NameWords,
  { names, count }: { readonly names: number; readonly count: number },
  certainty: Certainty,
): boolean {
  const { words } = page.reading;
  const head = words[first]?.lower ?? "";
  if (names === 0 && certainty === "asked")
    return isWholeMessage(page, first, last) && isCalled(page, first, last);
  if (names === 0 && count === 1 && isPlace(head) && !isMarked(page, first)) return false;
  if (certainty === "strong") {
    return names > 0 || (count <= 2 && (endsHard(page, last) || words[last + 1]?.lower === "my"));
  }
  if (names * 2 < count) return false;
  return wordKind(head) !== "unknown" || names === count || endsSentence(page, last);
}

/** "Canyon", "Comet Vale", in answer to the question: ordinary words, and nothing else. */
function isCalled(page: Page, first: number, last: number): boolean {
  const lower = page.reading.words[first]?.lower ?? "";
  if (isSurname(lower) && first === last) return true;
  for (let k = first; k <= last; k++) if (!isTitled(page, k)) return false;
  return !isPlace(lower);
}

function isWholeMessage({ reading }: Page, first: number, last: number): boolean {
  return last === reading.words.length - 1 && reading.words[first]?.sentence === 0;
}

/** "quill okoro": an ordinary word before a known name that ends the clause. */
function isBeforeName(page: Page, first: number, last: number): boolean {
  const { words } = page.reading;
  const lower = words[first]?.lower ?? "";
  return (
    last === first + 1 &&
    wordKind(words[last]?.lower ?? "") === "name" &&
    isFirstName(page, first) &&
    !isCommon(lower)
  );
}

function isRepeated({ reading }: Page, first: number, index: number): boolean {
  return index - first > 1 && reading.words[index]?.lower === reading.words[first]?.lower;
}
