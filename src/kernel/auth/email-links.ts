/** Single-use links by e-mail: to set a new password, and to show that an address is its user's. */
import { base64url } from 'jose';
import type { Config } from '../config/config.ts';
import { AppError } from '../core/errors.ts';
import type { Mailer } from '../core/mail.ts';
import type { Background, Clock, PasswordHasher } from '../core/ports.ts';
import { replaceEmailToken, takeEmailToken } from '../db/email-tokens.ts';
import type { Database, EmailToken, User } from '../db/types.ts';
import { findUser, findUsersByLogin, nameKey, setEmailVerified, setPasswordHash } from '../db/users.ts';
import { normalisePassword } from './password-rules.ts';
import type { RequestOrigin, SecurityLog } from './security-log.ts';
import type { Sessions } from './sessions.ts';

export interface EmailLinks {
  /**
   * Mails a link where the address is an account's; says nothing either way, and takes no longer for one or the other.
   * Throws `not_configured` where no mail can be sent.
   */
  requestPasswordReset(email: string, client: RequestOrigin): void;
  /** Sets the password and ends all sessions. Throws `gone` for a link that is unknown, used or expired. */
  resetPassword(token: string, password: string, client: RequestOrigin): Promise<void>;
  /** Mails a link that proves the user's address; nothing where it is proven already. */
  requestVerification(user: User): void;
  /** Throws `gone` for a link that is unknown, used, expired, or for an address the account no longer has. */
  verify(token: string, client: RequestOrigin): Promise<void>;
}

const LIFE_MS: Readonly<Record<EmailToken['purpose'], number>> = { reset: 30 * 60_000, verify: 3 * 86_400_000 };

async function hashOf(token: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))));
}

interface Dependencies {
  readonly db: Database;
  readonly config: Pick<Config, 'publicUrl'>;
  readonly clock: Clock;
  readonly background: Background;
  readonly mailer: Mailer | null;
  readonly passwords: PasswordHasher;
  readonly sessions: Sessions;
  readonly security: SecurityLog;
}

export function createEmailLinks(deps: Dependencies): EmailLinks {
  const { db, config, clock, background, passwords, sessions, security } = deps;

  function configuredMailer(): Mailer {
    if (!deps.mailer) throw new AppError('not_configured', 'This installation sends no mail');
    return deps.mailer;
  }

  async function makeToken(user: User, purpose: EmailToken['purpose']): Promise<string> {
    const token = base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
    const now = clock.now();
    const row = {
      hash: await hashOf(token),
      userId: user.id,
      purpose,
      email: user.email,
      expiresAt: now + LIFE_MS[purpose],
      createdAt: now,
    };
    await replaceEmailToken(db, row);
    return token;
  }

  async function take(token: string, purpose: EmailToken['purpose']): Promise<EmailToken> {
    const row = await takeEmailToken(db, await hashOf(token), purpose);
    if (!row || row.expiresAt <= clock.now()) throw new AppError('gone', 'This link was used already or has expired');
    return row;
  }

  async function mailReset(mailer: Mailer, email: string, client: RequestOrigin): Promise<void> {
    const user = (await findUsersByLogin(db, email)).find(({ emailKey }) => emailKey === nameKey(email));
    if (!user?.active) return;
    const token = await makeToken(user, 'reset');
    security.record('password_reset_asked', { ...client, userId: user.id });
    await mailer.send({
      to: user.email,
      subject: 'Set a new password for Pharos',
      text: `Hello ${user.username},\n\nto set a new password, open this link within 30 minutes. It works once.\n\n${config.publicUrl}/account/reset#${token}\n\nIf you did not ask for it, nothing has changed and there is nothing to do.\n`,
    });
  }

  return {
    requestPasswordReset: (email, client) => {
      const mailer = configuredMailer();
      background.run('mail a password reset', () => mailReset(mailer, email, client));
    },

    resetPassword: async (token, password, client) => {
      const { userId } = await take(token, 'reset');
      await setPasswordHash(db, userId, await passwords.hash(normalisePassword(password)), clock.now());
      for (const { id } of await sessions.list(userId)) await sessions.end(id, 'password reset');
      security.record('password_reset', { ...client, userId });
    },

    requestVerification: (user) => {
      if (user.emailVerifiedAt !== null) return;
      const mailer = configuredMailer();
      background.run('mail an e-mail verification', async () => {
        const token = await makeToken(user, 'verify');
        await mailer.send({
          to: user.email,
          subject: 'Confirm your e-mail address for Pharos',
          text: `Hello ${user.username},\n\nto confirm that this address is yours, open this link within three days.\n\n${config.publicUrl}/account/verify#${token}\n`,
        });
      });
    },

    verify: async (token, client) => {
      const { userId, email } = await take(token, 'verify');
      if (!(await findUser(db, userId))?.active || !(await setEmailVerified(db, userId, email, clock.now()))) {
        throw new AppError('gone', 'This link is for an address that the account no longer has');
      }
      security.record('email_verified', { ...client, userId });
    },
  };
}
