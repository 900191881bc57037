/** The mailer that the configuration asks for: SMTP, or in development the terminal. */
import { createTransport } from 'nodemailer';
import type { Config } from '../kernel/config/config.ts';
import type { Mailer } from '../kernel/core/mail.ts';

/** Null where nothing can send mail: what needs it then says that it is not configured. */
export function createMailer(
  { mail, env, publicUrl }: Pick<Config, 'mail' | 'env' | 'publicUrl'>,
  print: (text: string) => void,
): Mailer | null {
  if (mail.smtpUrl) return createSmtpMailer(mail.smtpUrl.reveal(), `Pharos <no-reply@${new URL(publicUrl).hostname}>`);
  return env === 'dev' ? createTerminalMailer(print) : null;
}

/** RFC 5321 through nodemailer; TLS as the URL says (smtps:) or the server offers. */
export function createSmtpMailer(url: string, from: string): Mailer {
  const transport = createTransport(url);
  return {
    send: async ({ to, subject, text }) => {
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text });
    },
  };
}

/** Prints what would be sent, beside the log and not in it: its links are secrets. */
function createTerminalMailer(print: (text: string) => void): Mailer {
  return {
    send: async ({ to, subject, text }) => {
      print(`\n--- mail to ${to}: ${subject}\n${text}---\n`);
    },
  };
}
