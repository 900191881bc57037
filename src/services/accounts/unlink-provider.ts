import type { OAuthProviderName } from '../../kernel/auth/oauth/provider.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { deleteOAuthAccounts, listOAuthAccounts } from '../../kernel/db/oauth-accounts.ts';
import { writeIfCurrent } from '../../kernel/db/users.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { type AccountSession, accountChanged } from './account-session.ts';

/**
 * Unlinks a provider from the account. Throws `not_found` if it is not linked, `conflict` if it is the last way to log in: a
 * password, or a linked provider that this server is configured for.
 */
export async function unlinkProvider(
  { db, config }: Pick<AppContext, 'db' | 'config'>,
  { user, session }: AccountSession,
  provider: OAuthProviderName,
): Promise<void> {
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
}

const configured = ({ oauth }: AppContext['config']) =>
  Object.fromEntries(Object.entries(oauth).filter(([, settings]) => settings !== undefined));
