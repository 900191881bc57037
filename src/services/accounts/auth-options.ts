/** What a login page needs to know before anyone has logged in. */
import { z } from 'zod';
import { OAUTH_PROVIDERS } from '../../kernel/auth/oauth/provider.ts';
import { hasAccounts } from '../../kernel/db/users.ts';
import type { AppContext } from '../context.ts';
import { type OpenCaller, operation } from '../operation.ts';

const authOptionsSchema = z
  .object({
    registration: z.enum(['open', 'closed']),
    providers: z.array(z.enum(OAUTH_PROVIDERS)).meta({ description: 'Configured login providers' }),
    mail: z.boolean().meta({ description: 'Whether this server can send links by mail' }),
    first_run: z.boolean().meta({ description: 'Whether no account exists yet' }),
  })
  .meta({ id: 'AuthOptions' });

export const authOptions = operation({
  name: 'account.options',
  scope: 'public',
  summary: 'Read how to log in and register here',
  description: 'Whether accounts can be registered, which providers are configured, and whether mail can be sent.',
  destructive: false,
  input: z.object({}),
  output: authOptionsSchema,
  errors: ['unavailable'],
  run: async ({ config, mailer, db }: Pick<AppContext, 'config' | 'mailer' | 'db'> & OpenCaller) => ({
    registration: config.auth.registration,
    providers: OAUTH_PROVIDERS.filter((name) => config.oauth[name] !== undefined),
    mail: mailer !== null,
    first_run: !(await hasAccounts(db)),
  }),
});
