import { createTransport } from "nodemailer";

const TIMEOUT_MS = 10_000; // a mail server that takes longer to answer is down

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Hands mail to a mail server. */
export interface Mailer {
  /** Resolves when the server has taken it. Throws what nodemailer throws, in which the address may stand. */
  send(mail: Mail): Promise<void>;
  /** Closes the connections that are kept. */
  close(): void;
}

/** `url`: smtp: or smtps:, with user and password where the server wants them. With smtp:, the connection is encrypted where the
 *  server offers it. */
export function smtpMailer(url: string, from: string): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  return {
    async send(mail) {
      await transport.sendMail({ from, ...mail });
    },
    close: () => transport.close(),
  };
}
