/** The configured mailer: SMTP, or in development the terminal. */
import { createTransport } from 'nodemailer';
import type { Config } from '../kernel/config/config.ts';
import type { Mailer } from '../kernel/core/mail.ts';

/** Null if mail is not configured; operations that need it then fail with `not_configured`. */
export function createMailer(
  { mail, env, publicUrl }: Pick<Config, 'mail' | 'env' | 'publicUrl'>,
  print: (text: string) => void,
): Mailer | null {
  if (mail.smtpUrl) return createSmtpMailer(mail.smtpUrl.reveal(), `Pharos <no-reply@${new URL(publicUrl).hostname}>`);
  return env === 'dev' ? createTerminalMailer(print) : null;
}

/** SMTP (RFC 5321) through nodemailer. TLS with an smtps: URL, or if the server offers STARTTLS. */
export function createSmtpMailer(url: string, from: string): Mailer {
  const transport = createTransport(url);
  return {
    send: async ({ to, subject, text }) => {
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text });
    },
  };
}

/** Prints mails to the terminal and not to the log, because their links are secrets. */
function createTerminalMailer(print: (text: string) => void): Mailer {
  return {
    send: async ({ to, subject, text }) => {
      print(`\n--- mail to ${to}: ${subject}\n${text}---\n`);
    },
  };
}
