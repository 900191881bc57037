import { z } from 'zod';
import { OAUTH_PROVIDERS, type OAuthProviderName } from '../../kernel/auth/oauth/provider.ts';
import { present } from '../../kernel/core/present.ts';
import { toIso } from '../../kernel/core/time.ts';
import { listOAuthAccounts } from '../../kernel/db/oauth-accounts.ts';
import type { AppContext } from '../context.ts';
import { type AccountCaller, operation } from '../operation.ts';

export const listProviders = operation({
  name: 'providers.list',
  scope: null,
  account: 'interactive',
  summary: 'List linked providers',
  description: 'The providers at which the account can log in, beside its password.',
  destructive: false,
  input: z.object({}),
  output: z.object({
    password: z.boolean().meta({ description: 'Whether the account has a password' }),
    providers: z.array(
      z
        .object({ provider: z.enum(OAUTH_PROVIDERS), email: z.string().optional(), linked_at: z.iso.datetime() })
        .meta({ id: 'LinkedProvider', description: '`email`: the address at the provider when it was linked' }),
    ),
  }),
  run: async ({ db, account: { user } }: Pick<AppContext, 'db'> & AccountCaller) => ({
    password: user.passwordHash !== null,
    providers: (await listOAuthAccounts(db, user.id)).map(({ provider, email, createdAt }) => ({
      provider: provider as OAuthProviderName,
      ...present({ email }),
      linked_at: toIso(createdAt),
    })),
  }),
});
