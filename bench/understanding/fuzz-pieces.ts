/** At least one piece that texts are made of. */
export type Pieces = readonly [string, ...string[]];

function pieces(written: string): Pieces {
  const [first = "", ...more] = written.split("¦");
  return [first, ...more];
}

export const CUES = pieces(
  `my name is ¦i am ¦i'm ¦im ¦this is ¦it's ¦call me ¦under ¦for ¦here ¦here, ¦first name ¦` +
    `last name ¦mrs. ¦dr ¦name: ¦not ¦no, ¦actually ¦sorry i mean ¦my email is ¦my phone is ¦` +
    `reach me at ¦my colleague ¦is my name ¦named ¦signed, ¦regards\n¦thanks, ¦and `,
);
export const DIGITS = pieces(
  `+¦+1 ¦1¦1 1 ¦00¦0412 345 678 ¦(0¦) ¦-¦12-¦/¦.¦4111 1111 1111 1111 ¦12/11/2024 ¦$9.99 ¦x12 ¦` +
    `\u0660\u0661\u0662¦\uff11\uff12\uff13¦#¦555-0199¦one ¦double two ¦oh ¦:¦,¦ ext `,
);
export const ADDRESSES = pieces(
  `@¦@@¦a@¦@a.b ¦a@b@c¦a.b@c.de¦.¦..¦ at ¦ dot ¦at dot at dot ¦gmail ¦gmail dot com ¦` +
    `name at mail dot com ¦_¦+¦<¦>¦mailto:¦www.¦http://¦underscore ¦a.¦.com¦ @ `,
);
export const MARKS = pieces(
  `'¦\u2019¦-¦--¦o'¦n't ¦'s ¦-a-¦e-mail ¦rock'n'roll ¦don't ¦d'¦i'd've ¦\u2014¦\`¦a'b-c'd `,
);
export const STOPS = pieces(`.¦...¦?¦!¦?!¦,¦;¦:¦(¦)¦"¦[¦]¦{¦}¦*¦_¦|¦\\¦/¦a.b.¦U.S. ¦Mr. ¦12.00 ¦e.g. ¦ `);
export const SCRIPTS = pieces(
  `สวัสดีครับ¦ชื่อ¦田中太郎¦です¦カタカナ¦김민수 ¦مرحبا ¦اسمي ¦Привет ¦меня зовут ¦Γεια ¦नमस्ते ¦שלום ¦` +
    `Nguyễn Thị ¦İıßﬁ¦a\u0301\u0323\u0308¦\u200d¦\u200f¦\u202e¦\ufeff¦\u00ad¦。¦、¦？¦Żółć `,
);
export const EMOJI = pieces(`😀¦👩‍👩‍👧‍👦¦🇦🇺¦👍🏽¦❤️¦:) ¦:-( ¦<3 ¦🙏 ¦\u20e3¦1️⃣`);
export const SURROGATES = pieces(`\ud83d¦\ude00¦\udfff¦\ud800¦a¦ ¦\ud83d\ud83d¦\ude00\ud83d`);
export const BLANKS = pieces(`\n¦\r\n¦\t¦ ¦  ¦\u00a0¦\u3000¦\u2028¦\u0085¦a\n¦hi\n¦\v¦\0`);
export const NAMES = pieces(
  `Anna ¦Maria ¦van ¦de la ¦O'Neil ¦Lindqvist ¦Song ¦Market ¦May ¦Will ¦J. ¦McKay ¦al-¦Jean-Luc ¦` +
    `and ¦& ¦zxqv ¦JOHN `,
);
