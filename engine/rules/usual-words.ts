/** The words that nearly every English message holds some of: finding one says little about what a message is. */
const USUAL: ReadonlySet<string> = new Set(
  (
    "a an the and or but i you he she it we they me him her us them my your his its our their is are was were am be been do does " +
    "did have has had will would can could should may might must not no to of in on at by for from with as if so that this these " +
    "those what when where who how why there here up out about just get got go any some all more one now please thanks want need " +
    "like know make take time day back good new ok yes hi hello also only then than into over after before because which"
  ).split(" "),
);

export function isUsual(word: string): boolean {
  return USUAL.has(word);
}
