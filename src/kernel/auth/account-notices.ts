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
  /** What to do if it was another. Default: to reset the password. */
  readonly remedy?: string;
}

export interface AccountNotices {
  /** Sends the mail in the background, if a mail server is configured. */
  send(user: Pick<User, 'username' | 'email'>, notice: AccountNotice): void;
  /** The same for an account that was deleted. */
  farewell(user: Pick<User, 'username' | 'email'>, client: RequestOrigin): void;
}

/** What a reset by mail ends; a change of the password ends sessions only. */
export const RESET_ENDS =
  'every session, connected app, API key, linked login, webhook endpoint and callback secret of before ends.';

interface Dependencies {
  readonly config: Pick<Config, 'publicUrl'>;
  readonly clock: Clock;
  readonly background: Background;
  readonly mailer: Mailer | null;
}

export function createAccountNotices({ config, clock, background, mailer }: Dependencies): AccountNotices {
  const origin = ({ address }: RequestOrigin) =>
    `at ${toIso(clock.now())}${address === null ? '' : `, from the address ${address}`}`;

  function mail({ email: to }: Pick<User, 'email'>, subject: string, text: string): void {
    if (mailer) background.run('mail a notice', () => mailer.send({ to, subject, text }));
  }

  return {
    send: (user, { what, client, remedy = `reset the password at ${config.publicUrl}/app/reset: ${RESET_ENDS}` }) =>
      mail(
        user,
        'Your Pharos account was changed',
        `Hello ${user.username},\n\n${what}\n\nThis was done ${origin(client)}. If it was not you, ${remedy}\n`,
      ),
    farewell: (user, client) =>
      mail(
        user,
        'Your Pharos account was deleted',
        `Hello ${user.username},\n\nyour account and everything in it were deleted at ${config.publicUrl}. It cannot be undone.\n\nThis was done ${origin(client)}.\n`,
      ),
  };
}
