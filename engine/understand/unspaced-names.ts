import type { Span } from "./understanding.ts";

// Japanese, Chinese, Korean and Thai write what English says with words around a name onto the name itself: 私は田中です.

/** "… is called", before the name: whatever follows is one. */
const CALLED =
  /^(?:(?:私|わたし|僕|俺)の(?:お)?名前は|名前は|我的名字(?:是|叫做?)|我叫做?|我姓|名字(?:是|叫)|(?:请|請)?叫我|(?:ผม|ฉัน|ดิฉัน|หนู|เรา)?ชื่อ(?:ว่า|คือ)?)/u;
/** "… is how I am called", behind the name. */
const CALLED_BEHIND = /(?:と申します|ともうします|といいます|と言います|이라고|라고)$/u;
/** "I am …": of a person or of anything. */
const I_AM = /^(?:(?:私|わたし|僕|俺)は|我是|저는|나는)/u;
/** "… is it", and what politeness adds. */
const POLITE = /(?:です|だよ|입니다|이에요|예요|이야|นะครับ|นะคะ|ครับ|ค่ะ|คะ)$/u;
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}ー]/u;
/** What begins so is no answer: no, not, why, what. */
const NO_NAME = /^(?:はい|いいえ|いや|なぜ|なん|何|嫌|不|没|為|为什么|什么|아니|싫|네$|왜|ไม่|ทำไม|อะไร|ใช่)/u;
/** What people are, rather than how they are called: students, members, patients; each by its last character. */
const KIND_OF_PERSON = /[人生員员者客師师性]$/u;
const CHINESE_SURNAMES =
  "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董袁潘蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭陆陸汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛";
const NAME_CHARS_MAX = 12;

/** How sure it is that the word is a name; `null` where it is none. */
export interface UnspacedName {
  readonly span: Span;
  readonly certainty: "strong" | "asked";
}

/** Whether a word is written in a script that sets no space between a name and the words around it. */
export function isUnspaced(code: number): boolean {
  return (
    code >= 0x0e00 &&
    (code < 0x0e80 || (code >= 0x1100 && code < 0x1200) || (code >= 0x3040 && code < 0xd7b0))
  );
}

/** Whether a word of such a script answers the question in place of a name: "no", "why". */
export function isNoName(text: string, word: Span): boolean {
  return NO_NAME.test(text.slice(word.start, word.start + NAME_CHARS_MAX));
}

/** The name inside of a word of such a script, without what is written onto it. */
export function nameInside(text: string, word: Span): UnspacedName | null {
  const whole = text.slice(word.start, word.end);
  if (!UNSPACED.test(whole) || whole.length > NAME_CHARS_MAX * 3) return null;
  const called = CALLED.exec(whole)?.[0] ?? "";
  const iAm = called === "" ? (I_AM.exec(whole)?.[0] ?? "") : "";
  const rest = whole.slice(called.length + iAm.length);
  const behind = CALLED_BEHIND.exec(rest)?.[0] ?? "";
  const name = rest.slice(0, rest.length - (behind || (POLITE.exec(rest)?.[0] ?? "")).length);
  if (name === "" || name.length > NAME_CHARS_MAX || NO_NAME.test(name)) return null;
  const start = word.start + called.length + iAm.length;
  const strong = called !== "" || behind !== "" || isSomebody(iAm, name);
  return { span: { start, end: start + name.length }, certainty: strong ? "strong" : "asked" };
}

/** Whether "I am …" is likely followed by a name: Chinese ones begin with a surname, Japanese ones are short and of Han
 *  characters. */
function isSomebody(iAm: string, name: string): boolean {
  if (iAm === "我是")
    return name.length >= 2 && name.length <= 3 && CHINESE_SURNAMES.includes(name.charAt(0));
  return iAm.endsWith("は") && /^\p{Script=Han}{2,5}$/u.test(name) && !KIND_OF_PERSON.test(name);
}
