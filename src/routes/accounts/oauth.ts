/** /auth/{google,github,oidc}: login through a provider, by redirects for browsers and as JSON for other clients. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { ATTEMPT_SECONDS } from '../../kernel/auth/oauth/flow.ts';
import { OAUTH_PROVIDERS, type OAuthProviderName } from '../../kernel/auth/oauth/provider.ts';
import { AppError } from '../../kernel/core/errors.ts';
import type { User } from '../../kernel/db/types.ts';
import { findUser } from '../../kernel/db/users.ts';
import { entitledScopes } from '../../kernel/model/actor.ts';
import { loginWithIdentity } from '../../services/accounts/oauth-accounts.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { authenticated, createRouter, defineRoute, json, jsonBody, problems } from '../router.ts';
import { tokenSchema, tokensToWire } from './auth-schemas.ts';

const tags = ['Authentication'];
const COOKIE = 'pharos_oauth';
const authorizationSchema = z.object({ authorization_url: z.url(), state: z.string() }).openapi('OAuthAuthorization');
const returnTo = z
  .string()
  .min(1)
  .max(2048)
  .optional()
  .openapi({ description: 'URL to which a browser returns: on this server or on a CORS origin' });

const beginRoute = <P extends OAuthProviderName>(provider: P) =>
  defineRoute({
    method: 'get',
    path: `/auth/${provider}`,
    tags,
    summary: `Log in with ${provider}`,
    description: 'A browser (`Accept: text/html`) is redirected to the provider.',
    security: [],
    request: { query: z.object({ return_to: returnTo }) },
    responses: {
      200: json('The address of the provider for this login', authorizationSchema),
      302: { description: 'Redirects to the provider' },
      ...problems(422, 501, 502),
    },
  });

const linkRoute = defineRoute({
  method: 'post',
  path: '/auth/link/{provider}',
  tags,
  summary: 'Link a provider to the own account',
  description: 'Open `authorization_url` in the same browser. The callback then links the provider instead of logging in.',
  security: authenticated,
  request: { params: z.object({ provider: z.enum(OAUTH_PROVIDERS) }), query: z.object({ return_to: returnTo }) },
  responses: { 200: json('The address of the provider for this login', authorizationSchema), ...problems(422, 501, 502) },
});

const callbackRoute = <P extends OAuthProviderName>(provider: P) =>
  defineRoute({
    method: 'get',
    path: `/auth/${provider}/callback`,
    tags,
    summary: `Finish a login with ${provider}`,
    security: [],
    request: {
      query: z.object({
        code: z.string().max(4096).optional(),
        state: z.string().max(1024).optional(),
        error: z.string().max(1024).optional(),
      }),
    },
    responses: {
      200: json('A token pair', tokenSchema),
      302: { description: 'Redirects a browser to `return_to` with a single-use `code` for POST /auth/exchange' },
      ...problems(400, 403, 409, 422, 501, 502),
    },
  });

const exchangeRoute = defineRoute({
  method: 'post',
  path: '/auth/exchange',
  tags,
  summary: 'Exchange the code of a browser login for a token pair',
  security: [],
  request: { body: jsonBody(z.strictObject({ code: z.string().min(1).max(200) }).openapi('Exchange')) },
  responses: { 200: json('A token pair', tokenSchema), ...problems(400, 422) },
});

const isBrowser = (c: Context) => c.req.header('Accept')?.includes('text/html') ?? false;

export function createOAuthLoginRoutes(context: AppContext) {
  const { config, db, oauth, sessions, security } = context;
  const secure = config.publicUrl.startsWith('https://');
  const cookieOptions = {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure,
    ...(secure ? { prefix: 'host' as const } : {}),
  } as const;
  const router = createRouter();

  async function begin(c: Context<AppEnv>, provider: OAuthProviderName, target: string | undefined, linkTo: string | null) {
    const started = await oauth.begin(provider, { returnTo: target ?? (isBrowser(c) ? '/' : null), linkTo });
    setCookie(c, COOKIE, started.cookie, { ...cookieOptions, maxAge: ATTEMPT_SECONDS });
    c.header('Cache-Control', 'no-store');
    return started;
  }

  const startSession = async (c: Context<AppEnv>, user: User) =>
    tokensToWire(await sessions.start(user, entitledScopes(user.tier), requestOrigin(c)));

  for (const provider of OAUTH_PROVIDERS) {
    router.openapi(beginRoute(provider), async (c) => {
      const { authorizationUrl, state } = await begin(c, provider, c.req.valid('query').return_to, null);
      return isBrowser(c) ? c.redirect(authorizationUrl, 302) : c.json({ authorization_url: authorizationUrl, state }, 200);
    });

    router.openapi(callbackRoute(provider), async (c) => {
      const cookie = getCookie(c, COOKIE, secure ? 'host' : undefined);
      deleteCookie(c, COOKIE, cookieOptions);
      c.header('Cache-Control', 'no-store');
      try {
        const { identity, returnTo: target, linkTo } = await oauth.finish(provider, c.req.valid('query'), cookie);
        const { user, outcome: how } = await loginWithIdentity(context, identity, linkTo);
        security.record(how === 'linked' ? 'oauth_linked' : 'oauth_login', {
          ...requestOrigin(c),
          userId: user.id,
          reason: `${provider}, ${how}`,
        });
        if (target === null) return c.json(await startSession(c, user), 200);
        const url = new URL(target);
        url.searchParams.set('code', await oauth.issueExchangeCode(user.id));
        return c.redirect(url.href, 302);
      } catch (error) {
        if (error instanceof AppError)
          security.record('oauth_failed', { ...requestOrigin(c), reason: `${provider}: ${error.code}` });
        throw error;
      }
    });
  }

  router.openapi(linkRoute, async (c) => {
    const { provider } = c.req.valid('param');
    const { authorizationUrl, state } = await begin(c, provider, c.req.valid('query').return_to, c.get('actor').userId);
    return c.json({ authorization_url: authorizationUrl, state }, 200);
  });

  router.openapi(exchangeRoute, async (c) => {
    const user = await findUser(db, await oauth.redeemExchangeCode(c.req.valid('json').code));
    if (!user?.active) throw new AppError('invalid_request', 'This code is unknown, used or expired');
    c.header('Cache-Control', 'no-store');
    return c.json(await startSession(c, user), 200);
  });

  return router;
}
