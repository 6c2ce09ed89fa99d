import { once } from "node:events";
import { SMTPServer } from "smtp-server";
import type { AddressInfo } from "node:net";

/** A real mail server on the loopback interface that keeps what it is given. */
export interface MailServer {
  readonly url: string;
  /** The mails so far, whole. */
  readonly mails: readonly { readonly to: string; readonly text: string }[];
  /** Resolves with the nth mail, counted from 1. */
  arrived(nth: number): Promise<{ readonly to: string; readonly text: string }>;
  close(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const mails: { to: string; text: string }[] = [];
  const waiting = new Set<() => void>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const [recipient] = session.envelope.rcptTo;
        mails.push({ to: recipient?.address ?? "", text: Buffer.concat(chunks).toString() });
        done();
        for (const look of waiting) look();
      });
    },
  });
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    arrived: (nth) =>
      new Promise((resolve) => {
        const look = () => {
          const mail = mails[nth - 1];
          if (mail === undefined) return;
          waiting.delete(look);
          resolve(mail);
        };
        waiting.add(look);
        look();
      }),
    close: () => new Promise((resolve) => void server.close(resolve)),
  };
}

/** What a mailed link has behind its #. Long lines are folded with = at their end, and = is =3D. */
export const tokenIn = (mail: { readonly text: string }) =>
  /\/(?:reset|invitation)#([\w.-]+)/u.exec(
    mail.text.replaceAll(/=\r?\n/gu, "").replaceAll("=3D", "="),
  )?.[1] ?? "";
