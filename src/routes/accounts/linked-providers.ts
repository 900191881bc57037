/** /auth/providers: the login providers that are linked to an account, to be listed and unlinked. */
import { z } from '@hono/zod-openapi';
import { OAUTH_PROVIDERS, type OAuthProviderName } from '../../kernel/auth/oauth/provider.ts';
import { present } from '../../kernel/core/present.ts';
import { toIso } from '../../kernel/core/time.ts';
import { listOAuthAccounts } from '../../kernel/db/oauth-accounts.ts';
import { unlinkProvider } from '../../services/accounts/unlink-provider.ts';
import type { AppContext } from '../../services/context.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { createRouter, defineRoute, json, problems } from '../router.ts';

const provider = z.enum(OAUTH_PROVIDERS);

const listRoute = defineRoute({
  method: 'get',
  path: '/auth/providers',
  responses: {
    200: json(
      'Oldest first',
      z.object({
        providers: z.array(
          z
            .object({ provider, email: z.string().optional(), linked_at: z.iso.datetime() })
            .openapi('LinkedProvider', { description: '`email`: the address at the provider when it was linked' }),
        ),
      }),
    ),
  },
});

const unlinkRoute = defineRoute({
  method: 'delete',
  path: '/auth/providers/{provider}',
  description: '409 if it is the last way to log in. Sessions that began with a login there go on.',
  request: { params: z.object({ provider }) },
  responses: { 204: { description: 'Unlinked: it does not log in to the account any more' }, ...problems(404, 409) },
});

export function createLinkedProviderRoutes(context: AppContext) {
  const { db, security, notices } = context;
  const router = createRouter();

  router.openapi(listRoute, async (c) => {
    const linked = await listOAuthAccounts(db, c.get('account').user.id);
    const providers = linked.map((account) => ({
      provider: account.provider as OAuthProviderName,
      ...present({ email: account.email }),
      linked_at: toIso(account.createdAt),
    }));
    return c.json({ providers }, 200);
  });

  router.openapi(unlinkRoute, async (c) => {
    const { provider: name } = c.req.valid('param');
    const { user } = c.get('account');
    await unlinkProvider(context, c.get('account'), name);
    security.record('oauth_unlinked', { ...requestOrigin(c), userId: user.id, reason: name });
    notices.send(user, {
      what: `The login through ${name} was removed from your account. Sessions go on.`,
      client: requestOrigin(c),
    });
    return c.body(null, 204);
  });

  return router;
}
