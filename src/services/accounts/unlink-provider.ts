import { z } from 'zod';
import { OAUTH_PROVIDERS } from '../../kernel/auth/oauth/provider.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { deleteOAuthAccounts, listOAuthAccounts } from '../../kernel/db/oauth-accounts.ts';
import { writeIfCurrent } from '../../kernel/db/users.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { type AccountCaller, nothing, operation } from '../operation.ts';
import { accountChanged } from './account-session.ts';

/** A way to log in is a password, or a linked provider that this server is configured for. */
export const unlinkProvider = operation({
  name: 'providers.unlink',
  scope: null,
  account: 'fresh',
  summary: 'Unlink a provider',
  description: '409 if it is the last way to log in. Sessions that began with a login there go on.',
  destructive: true,
  input: z.object({ provider: z.enum(OAUTH_PROVIDERS) }),
  output: nothing,
  errors: ['not_found', 'conflict'],
  run: async (
    {
      db,
      config,
      security,
      notices,
      origin,
      account: { user, session },
    }: Pick<AppContext, 'db' | 'config' | 'security' | 'notices'> & AccountCaller,
    { provider },
  ) => {
    const verified = { userId: user.id, credentialsEpoch: user.credentialsEpoch, sessionId: session.id };
    const isWritten = await writeIfCurrent(db, verified, async (tx) => {
      const linked = await listOAuthAccounts(tx, user.id);
      if (!linked.some((account) => account.provider === provider)) throw notFound('linked provider');
      const others = linked.filter((account) => account.provider !== provider && account.provider in configured(config));
      if (user.passwordHash === null && others.length === 0) {
        throw new AppError('conflict', 'This is the last way to log in to your account; set a password or link another provider');
      }
      await deleteOAuthAccounts(tx, user.id, provider);
    });
    if (!isWritten) throw accountChanged();
    security.record('oauth_unlinked', { ...origin, userId: user.id, reason: provider });
    notices.send(user, {
      what: `The login through ${provider} was removed from your account. Sessions go on.`,
      client: origin,
    });
  },
});

const configured = ({ oauth }: AppContext['config']) =>
  Object.fromEntries(Object.entries(oauth).filter(([, settings]) => settings !== undefined));
