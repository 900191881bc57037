/** Mails that tell the owner of an account what was changed on it, so that a change by another is noticed. */
import type { Config } from '../config/config.ts';
import type { Mailer } from '../core/mail.ts';
import type { Background, Clock } from '../core/ports.ts';
import { toIso } from '../core/time.ts';
import type { User } from '../db/types.ts';
import type { RequestOrigin } from './security-log.ts';

export interface AccountNotice {
  /** What was done and what it ended, in sentences. */
  readonly what: string;
  readonly client: RequestOrigin;
}

export interface AccountNotices {
  /** Sends the mail in the background, if a mail server is configured. */
  send(user: Pick<User, 'username' | 'email'>, notice: AccountNotice): void;
}

/** What a reset by mail ends; a change of the password ends sessions only. */
export const RESET_ENDS = 'every session, API key, linked login, webhook endpoint and callback secret of before ends.';

interface Dependencies {
  readonly config: Pick<Config, 'publicUrl'>;
  readonly clock: Clock;
  readonly background: Background;
  readonly mailer: Mailer | null;
}

export function createAccountNotices({ config, clock, background, mailer }: Dependencies): AccountNotices {
  return {
    send: ({ username, email }, { what, client }) => {
      if (!mailer) return;
      const from = client.address === null ? '' : `, from the address ${client.address}`;
      const text = `Hello ${username},\n\n${what}\n\nThis was done at ${toIso(clock.now())}${from}. If it was not you, reset the password at ${config.publicUrl}/account/reset: ${RESET_ENDS}\n`;
      background.run('mail a notice', () => mailer.send({ to: email, subject: 'Your Pharos account was changed', text }));
    },
  };
}
