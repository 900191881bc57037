/** Changes of the own account: its name at once, its address when the new one has been proved. */
import { z } from 'zod';
import { normaliseUsername } from '../../kernel/auth/username-rules.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { isUniqueViolation } from '../../kernel/db/constraint-errors.ts';
import type { User } from '../../kernel/db/types.ts';
import { updateUser, usernameKey, writeIfCurrent } from '../../kernel/db/users.ts';
import type { AppContext } from '../context.ts';
import { type AccountCaller, operation } from '../operation.ts';
import { emailField, usernameField, userSchema, userToWire } from './account-schemas.ts';
import { accountChanged } from './account-session.ts';
import { requireFree } from './accounts.ts';

type Context = Pick<AppContext, 'db' | 'clock' | 'emailLinks' | 'security' | 'notices'> & AccountCaller;

export const changeAccount = operation({
  name: 'account.change',
  scope: null,
  account: 'fresh',
  summary: 'Change the own username or e-mail address',
  description:
    'A username changes at once, by the rules of registration; tokens name it from the next refresh. An address changes when ' +
    'the link that is mailed to it is opened at POST /auth/email/verify; the present one is told. 409 names what is taken.',
  destructive: false,
  input: z
    .strictObject({ username: usernameField.optional(), email: emailField.optional() })
    .refine(({ username, email }) => username !== undefined || email !== undefined, 'must name a username or an email')
    .meta({ id: 'AccountChanges', minProperties: 1 }),
  output: userSchema
    .extend({ pending_email: z.string().optional().meta({ description: 'The new address, until it is proved' }) })
    .meta({ id: 'ChangedUser' }),
  errors: ['conflict', 'not_configured', 'rate_limited'],
  run: async (context: Context, { username, email }) => {
    const { db, emailLinks, origin, account } = context;
    const isNewAddress = email !== undefined && email !== account.user.email;
    await requireFree(db, username ?? '', email ?? '', account.user.id);
    // First, because it is what may be refused.
    if (isNewAddress) await emailLinks.requestChange(account.user, email, origin);
    const user = username === undefined ? account.user : await rename(context, normaliseUsername(username));
    return { ...userToWire(user), ...(isNewAddress ? { pending_email: email } : {}) };
  },
});

async function rename({ db, clock, security, notices, origin, account }: Context, username: string): Promise<User> {
  const { user, session } = account;
  if (username === user.username) return user;
  const verified = { userId: user.id, credentialsEpoch: user.credentialsEpoch, sessionId: session.id };
  let renamed: User | undefined;
  await writeIfCurrent(db, verified, async (tx) => {
    renamed = await updateUser(tx, user.id, { username, usernameKey: usernameKey(username) }, clock.now());
  }).catch((cause: unknown) => {
    if (!isUniqueViolation(cause)) throw cause;
    const message = 'is already taken';
    throw new AppError('conflict', `This username ${message}`, { cause, errors: [{ path: 'username', message }] });
  });
  if (!renamed) throw accountChanged();
  security.record('username_changed', { ...origin, userId: user.id, reason: `from ${user.username}` });
  notices.send(user, { what: `The username of your account is ${username} now.`, client: origin });
  return renamed;
}
