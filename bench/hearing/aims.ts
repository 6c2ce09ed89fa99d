import type { Counts, Scores } from "./score.ts";

/** What is to be reached, and what was. `atMost`: the smaller the better. */
export interface Aim {
  readonly what: string;
  readonly aim: number;
  readonly stretch: number | null;
  readonly reached: number | null;
  readonly atMost: boolean;
}

const NAME_F1 = [
  ["star", 95],
  ["restaurants8k", 92],
  ["multidogo", 85],
  ["evi", 90],
  ["nlupp", 80],
] as const;
const INTENTS = ["book", "order_help", "receive_info"];
const CHATS = ["multidogo", "abcd_sample"];

/** The aims for what is heard, in percent, and false alarms in a thousand messages. */
export function aimsOf({ total, sources }: Scores): readonly Aim[] {
  const source = (name: string) => sources.find(([key]) => key === name)?.[1];
  const chat = phoneInChat({ total, sources });
  return [
    least("name F1, all sources", f1(total.name), 90, 94),
    ...NAME_F1.map(([name, aim]) => least(`name F1, ${name}`, f1(source(name)?.name), aim, null)),
    {
      what: "name false alarms per 1000 messages without a name",
      aim: 3,
      stretch: 1,
      reached: total.name?.falseAlarmsPer1000 ?? null,
      atMost: true,
    },
    least("email F1", f1(total.email), 95, 98),
    least("phone precision in chat, false alarms of all sources counted", chat.precision, 97, 99),
    least("phone recall in chat", chat.recall, 97, 99),
    least("phone F1, all sources", f1(total.phone), 93, 96),
    ...INTENTS.map((intent) => least(`${intent} F1`, f1(total.intents[intent]), 90, 94)),
  ];
}

export function isMet({ reached, atMost }: Aim, limit: number): boolean {
  return reached !== null && (atMost ? reached <= limit : reached >= limit);
}

function phoneInChat({ sources }: Scores): { precision: number | null; recall: number | null } {
  let [right, wrong, missed] = [0, 0, 0];
  for (const [name, { phone }] of sources) {
    if (CHATS.includes(name)) {
      right += phone?.tp ?? 0;
      wrong += phone?.fp ?? 0;
      missed += phone?.fn ?? 0;
    } else wrong += phone?.falseAlarms ?? 0;
  }
  return { precision: percent(right, right + wrong), recall: percent(right, right + missed) };
}

function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : (100 * part) / whole;
}

function f1(counts: Counts | undefined): number | null {
  return counts === undefined || counts.f1 === null ? null : 100 * counts.f1;
}

function least(what: string, reached: number | null, aim: number, stretch: number | null): Aim {
  return { what, aim, stretch, reached, atMost: false };
}
