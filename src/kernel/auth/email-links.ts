/** Single-use links by e-mail, to reset a password, and to verify an address or a new one. */
import { base64url } from 'jose';
import type { Config } from '../config/config.ts';
import { sha256Base64Url } from '../core/digest.ts';
import { AppError } from '../core/errors.ts';
import type { Mailer } from '../core/mail.ts';
import type { Background, Clock, PasswordHasher } from '../core/ports.ts';
import { DAY_MS, MINUTE_MS } from '../core/time.ts';
import { isUniqueViolation } from '../db/constraint-errors.ts';
import { deleteCredentials } from '../db/credentials.ts';
import { deleteEmailTokens, findEmailToken, insertEmailToken, takeEmailToken } from '../db/email-tokens.ts';
import type { Database, EmailToken, User } from '../db/types.ts';
import { emailKey, findUser, findUserByEmail, setEmailVerified, updateUser, type Verified, writeIfCurrent } from '../db/users.ts';
import { addressKey } from '../rate-limits/address.ts';
import type { Limiter } from '../rate-limits/limiter.ts';
import type { RateLimitPolicies } from '../rate-limits/tiers.ts';
import { type AccountNotices, RESET_ENDS } from './account-notices.ts';
import { normalisePassword } from './password-rules.ts';
import type { RequestOrigin, SecurityLog } from './security-log.ts';
import type { Sessions } from './sessions.ts';

export interface EmailLinks {
  /**
   * Mails a link if the address belongs to an active account that was not sent too many. Both are looked up in the
   * background, so that neither the result nor the duration reveals anything. Throws `not_configured` if no mailer is
   * configured, `rate_limited` if the client asked for too many mails.
   */
  requestPasswordReset(email: string, client: RequestOrigin): Promise<void>;
  /**
   * Sets the password, which proves the address, and ends every credential of the time before: sessions, API keys, linked
   * providers, webhook endpoints and the secret of callbacks. Throws `gone` if the link is unknown, used, expired, or for a
   * former address.
   */
  resetPassword(token: string, password: string, client: RequestOrigin): Promise<void>;
  /**
   * Mails a link that verifies the user's address, unless it is verified. Throws `not_configured` if no mailer is
   * configured, `rate_limited` if the client asked for, or the account was sent, too many mails.
   */
  requestVerification(user: User, client: RequestOrigin): Promise<void>;
  /**
   * Mails a link to the new address, which replaces the user's when it is opened and the account is proved as for `verify`. The
   * owner is told at the present one. Throws what `requestVerification` throws.
   */
  requestChange(user: User, email: string, client: RequestOrigin): Promise<void>;
  /**
   * Marks the address as verified, or replaces it by the one that the link was sent to, if the person who opened the link also holds the account. `proveHolder` throws unless that
   * is so, and returns what it verified; a link that it refuses stays valid. Throws `gone` if the link is unknown, used,
   * expired, or for a former address, and `conflict` if the account changed after the proof or the new address was taken.
   */
  verify(token: string, proveHolder: (user: User) => Promise<Verified>, client: RequestOrigin): Promise<void>;
}

const seconds = (ms: number) => ({ retryAfter: ms / 1000 });

const USED = 'This link was already used or has expired; request a new one';

const FORMER = 'This link is for an address that the account no longer has; request a new one';

const LIFETIME_MS: Readonly<Record<EmailToken['purpose'], number>> = {
  reset: 30 * MINUTE_MS,
  verify: 3 * DAY_MS,
  change: DAY_MS,
};

const PURPOSES = Object.keys(LIFETIME_MS) as EmailToken['purpose'][];

interface Dependencies {
  readonly db: Database;
  readonly config: Pick<Config, 'publicUrl'>;
  readonly clock: Clock;
  readonly background: Background;
  readonly mailer: Mailer | null;
  readonly passwords: PasswordHasher;
  readonly sessions: Sessions;
  readonly security: SecurityLog;
  readonly limiter: Limiter;
  readonly rateLimits: RateLimitPolicies;
  readonly notices: Pick<AccountNotices, 'send'>;
}

export function createEmailLinks(deps: Dependencies): EmailLinks {
  const { db, config, clock, background, passwords, sessions, security, limiter, rateLimits, notices } = deps;

  function configuredMailer(): Mailer {
    if (!deps.mailer) throw new AppError('not_configured', 'This server cannot send mail: no mail server is configured');
    return deps.mailer;
  }

  async function limitClient({ address }: RequestOrigin): Promise<void> {
    const { admitted, retryAfterMs } = await limiter.decide(`mails:address:${addressKey(address)}`, rateLimits.mailsPerAddress);
    if (!admitted) throw new AppError('rate_limited', 'Too many mails were asked for from your address', seconds(retryAfterMs));
  }

  const countMail = (purpose: EmailToken['purpose'], userId: string) =>
    limiter.decide(`mails:${purpose}:${userId}`, rateLimits.mailsPerAccount);

  /** Undefined, without a token, if the account has changed since `user` was read. */
  async function createToken(user: User, purpose: EmailToken['purpose'], email = user.email): Promise<string | undefined> {
    const token = base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
    const now = clock.now();
    const row = {
      hash: await sha256Base64Url(token),
      userId: user.id,
      purpose,
      email,
      expiresAt: now + LIFETIME_MS[purpose],
      createdAt: now,
    };
    const verified = { userId: user.id, credentialsEpoch: user.credentialsEpoch };
    const isWritten = await writeIfCurrent(db, verified, async (tx) => {
      // Of several new addresses that were asked for, the last one counts.
      if (purpose === 'change') await deleteEmailTokens(tx, user.id, purpose);
      await insertEmailToken(tx, row);
    });
    return isWritten ? token : undefined;
  }

  /** Throws `rate_limited` if the client asked for, or the account was sent, too many mails. */
  async function limitMails(purpose: EmailToken['purpose'], user: User, client: RequestOrigin): Promise<void> {
    await limitClient(client);
    const { admitted, retryAfterMs } = await countMail(purpose, user.id);
    if (admitted) return;
    const detail = 'Too many verification mails were sent to your account; their links are valid';
    throw new AppError('rate_limited', detail, seconds(retryAfterMs));
  }

  function requireLive(row: EmailToken | undefined): EmailToken {
    if (!row || row.expiresAt <= clock.now()) throw new AppError('gone', USED);
    return row;
  }

  async function mailReset(mailer: Mailer, email: string, client: RequestOrigin): Promise<void> {
    const user = await findUserByEmail(db, email);
    if (!user?.active) return;
    if (!(await countMail('reset', user.id)).admitted) {
      security.record('password_reset_asked', { ...client, userId: user.id, reason: 'no mail: too many were sent' });
      return;
    }
    const token = await createToken(user, 'reset');
    if (token === undefined) return;
    security.record('password_reset_asked', { ...client, userId: user.id });
    await mailer.send({
      to: user.email,
      subject: 'Set a new password for Pharos',
      text: `Hello ${user.username},\n\nto set a new password, open this link within 30 minutes. It works once.\n\n${config.publicUrl}/app/reset#${token}\n\nWith the new password ${RESET_ENDS}\n\nIf you did not ask for it, nothing has changed and there is nothing to do.\n`,
    });
  }

  return {
    requestPasswordReset: async (email, client) => {
      const mailer = configuredMailer();
      await limitClient(client);
      background.run('mail a password reset', () => mailReset(mailer, email, client));
    },

    resetPassword: async (token, password, client) => {
      const hash = await sha256Base64Url(token);
      const link = requireLive(await findEmailToken(db, hash, 'reset'));
      const passwordHash = await passwords.hash(normalisePassword(password), addressKey(client.address));
      const user = await sessions.updateAccount(link.userId, async (before, tx) => {
        // Taken with the change, so that concurrent uses of one link succeed once and a failure leaves the link valid.
        const isValid = before.active && before.email === link.email && (await takeEmailToken(tx, hash, 'reset'));
        if (!isValid) return undefined;
        await deleteCredentials(tx, before.id);
        return { set: { passwordHash, emailVerifiedAt: before.emailVerifiedAt ?? clock.now() }, ends: 'password reset' };
      });
      if (!user) throw new AppError('gone', USED);
      security.record('password_reset', { ...client, userId: user.id });
      notices.send(user, { what: `Your password was reset: ${RESET_ENDS}`, client });
    },

    requestVerification: async (user, client) => {
      if (user.emailVerifiedAt !== null) return;
      const mailer = configuredMailer();
      await limitMails('verify', user, client);
      background.run('mail an e-mail verification', async () => {
        const token = await createToken(user, 'verify');
        if (token === undefined) return;
        await mailer.send({
          to: user.email,
          subject: 'Confirm your e-mail address for Pharos',
          text: `Hello ${user.username},\n\nto confirm that this address is yours, open this link within three days and enter the password of your account.\n\n${config.publicUrl}/app/verify#${token}\n\nIf you did not make this account, another person entered your address. Without the password of the account the link does nothing. To take the account over and end everything that was set up in it, choose a password of your own:\n\n${config.publicUrl}/app/reset\n`,
        });
      });
    },

    requestChange: async (user, email, client) => {
      const mailer = configuredMailer();
      await limitMails('change', user, client);
      security.record('email_change_asked', { ...client, userId: user.id });
      notices.send(user, {
        what: `A new address for your account was asked for, ${email}. It counts when it is confirmed.`,
        client,
      });
      background.run('mail a new address', async () => {
        const token = await createToken(user, 'change', email);
        if (token === undefined) return;
        await mailer.send({
          to: email,
          subject: 'Confirm your new e-mail address for Pharos',
          text: `Hello ${user.username},\n\nto make this the address of your account, open this link within a day and enter the password of your account.\n\n${config.publicUrl}/app/verify#${token}\n\nIf you did not ask for it, there is nothing to do: without the password of the account the link does nothing.\n`,
        });
      });
    },

    verify: async (token, proveHolder, client) => {
      const hash = await sha256Base64Url(token);
      const found = (await findEmailToken(db, hash, 'verify')) ?? (await findEmailToken(db, hash, 'change'));
      const { userId, email, purpose } = requireLive(found);
      const isChange = purpose === 'change';
      const user = await findUser(db, userId);
      if (!user?.active || (!isChange && user.email !== email)) throw new AppError('gone', FORMER);
      const isWritten = await writeIfCurrent(db, await proveHolder(user), async (tx) => {
        // Taken with the change, so that concurrent uses of one link succeed once and a failure leaves the link valid.
        const isTaken = await takeEmailToken(tx, hash, purpose);
        if (!isTaken || !(await (isChange ? replaceEmail(tx, userId, email) : setEmailVerified(tx, userId, email, clock.now()))))
          throw new AppError('gone', USED);
        // Links to the former address prove nothing any more.
        for (const other of isChange ? PURPOSES : [purpose]) await deleteEmailTokens(tx, userId, other);
      }).catch((cause: unknown) => {
        if (!isUniqueViolation(cause)) throw cause;
        throw new AppError('conflict', 'Another account has this address by now', { cause });
      });
      if (!isWritten) throw new AppError('conflict', 'The account was changed at the same time; open the link again');
      security.record(isChange ? 'email_changed' : 'email_verified', { ...client, userId });
      if (!isChange) return;
      const what = `The address of your account is ${email} now. No further mail will be sent to this one.`;
      notices.send(user, { what, client, remedy: 'tell the operator of this server.' });
    },
  };

  async function replaceEmail(tx: Database, userId: string, email: string): Promise<boolean> {
    const now = clock.now();
    await updateUser(tx, userId, { email, emailKey: emailKey(email), emailVerifiedAt: now }, now);
    return true;
  }
}
