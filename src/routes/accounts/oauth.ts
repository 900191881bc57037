/** /auth/{google,github,oidc}: login through a provider, by redirects for browsers and as JSON for other clients. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { attemptOfCode } from '../../kernel/auth/oauth/flow.ts';
import { OAUTH_PROVIDERS, type OAuthProviderName } from '../../kernel/auth/oauth/provider.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { toDatabaseAppError } from '../../kernel/db/connection-errors.ts';
import { findLiveSession } from '../../kernel/db/sessions.ts';
import type { User } from '../../kernel/db/types.ts';
import type { Verified } from '../../kernel/db/users.ts';
import { entitledScopes } from '../../kernel/model/actor.ts';
import { tokenSchema, tokensToWire } from '../../services/accounts/account-schemas.ts';
import { exchangeCode, exchangeInput, exchangeSubject } from '../../services/accounts/exchange-code.ts';
import { loginWithIdentity } from '../../services/accounts/oauth-accounts.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { isBrowser } from '../page.ts';
import { asAppError, statusOf } from '../problem.ts';
import { createRouter, defineRoute, json, jsonBody, problems } from '../router.ts';
import { endSessionOf } from './browser-session.ts';
import { createLoginCookies } from './login-cookies.ts';
import { loginProblemPage } from './login-page.ts';
import { createSessionCookie } from './session-cookie.ts';

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
    description: 'A browser (`Accept: text/html`) is redirected to the provider, or gets a page if that is not possible.',
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
  description: 'Open `authorization_url` in the same browser. The callback then links the provider instead of logging in.',
  request: { params: z.object({ provider: z.enum(OAUTH_PROVIDERS) }), query: z.object({ return_to: returnTo }) },
  responses: { 200: json('The address of the provider for this login', authorizationSchema), ...problems(422, 501, 502) },
});

const callbackRoute = <P extends OAuthProviderName>(provider: P) =>
  defineRoute({
    method: 'get',
    path: `/auth/${provider}/callback`,
    description:
      'A login that was begun with `return_to`, or by a browser, returns there: with a single-use `code` for POST ' +
      '/auth/exchange, or with `error` and `error_description` if it failed or the person cancelled it.',
    request: {
      query: z.object({
        code: z.string().max(4096).optional(),
        state: z.string().max(1024).optional(),
        error: z.string().max(1024).optional(),
      }),
    },
    responses: {
      200: json('A token pair', tokenSchema),
      302: { description: 'Redirects to `return_to` with `code`, or with `error` and `error_description`' },
      ...problems(400, 403, 409, 422, 501, 502),
    },
  });

const exchangeRoute = defineRoute({
  method: 'post',
  path: '/auth/exchange',
  request: { body: jsonBody(exchangeInput) },
  responses: { 200: json('A token pair', exchangeCode.output), ...problems(400, 403, 422) },
});

/** Errors that a provider may return (RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6). */
const PROVIDER_ERRORS = new Set([
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'interaction_required',
  'login_required',
  'account_selection_required',
  'consent_required',
]);

/** `returnTo` with the outcome of a login, in the place of an earlier one. */
function withOutcome(returnTo: string, outcome: Readonly<Record<string, string>>): string {
  const url = new URL(returnTo);
  for (const name of ['code', 'error', 'error_description']) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(outcome)) url.searchParams.set(name, value);
  return url.href;
}

export function createOAuthLoginRoutes(context: AppContext) {
  const { clock, config, db, log, oauth, sessions, security, notices } = context;
  const cookies = createLoginCookies(config);
  const session = createSessionCookie(config);
  const router = createRouter();

  router.onError((error, c) => {
    context.writeHealth.failed(error);
    const known = asAppError(error) ?? toDatabaseAppError(error);
    // The app's handler does the rest: problems for programs, and what is unexpected.
    if (!known || c.req.method !== 'GET' || !isBrowser(c)) throw error;
    return loginProblemPage(c, known);
  });

  async function begin(c: Context<AppEnv>, provider: OAuthProviderName, target: string | undefined, linkTo: string | null) {
    const returnTo = target ?? (isBrowser(c) ? '/app/' : null);
    const started = await oauth.begin(provider, { returnTo, linkTo });
    cookies.set(c, started, returnTo);
    c.header('Cache-Control', 'no-store');
    return started;
  }

  /** The account to link to, if the session that began the link still lives. */
  async function linkTarget(sessionId: string | null): Promise<Verified | null> {
    if (sessionId === null) return null;
    const found = await findLiveSession(db, sessionId, clock.now());
    if (!found) throw new AppError('forbidden', 'The session that began to link this provider is over; log in and link it again');
    return { userId: found.user.id, credentialsEpoch: found.user.credentialsEpoch, sessionId };
  }

  const startSession = async (c: Context<AppEnv>, user: User) =>
    tokensToWire(await sessions.start(user, entitledScopes(user.tier), requestOrigin(c)));

  for (const provider of OAUTH_PROVIDERS) {
    router.openapi(beginRoute(provider), async (c) => {
      const { authorizationUrl, state } = await begin(c, provider, c.req.valid('query').return_to, null);
      return isBrowser(c) ? c.redirect(authorizationUrl, 302) : c.json({ authorization_url: authorizationUrl, state }, 200);
    });

    router.openapi(callbackRoute(provider), async (c) => {
      const query = c.req.valid('query');
      c.header('Cache-Control', 'no-store');
      let returnTo: string | null = null;
      try {
        const attempt = await oauth.take(provider, query.state, await cookies.attempt(c, query.state));
        returnTo = attempt.returnTo;
        await cookies.deleteAttempt(c, attempt.state);
        const identity = await oauth.identify(attempt, query);
        const { user, outcome: how } = await loginWithIdentity(context, identity, await linkTarget(attempt.linkTo));
        security.record(how === 'linked' ? 'oauth_linked' : 'oauth_login', {
          ...requestOrigin(c),
          userId: user.id,
          reason: `${provider}, ${how}`,
        });
        if (how === 'linked')
          notices.send(user, { what: `A login through ${provider} was linked to your account.`, client: requestOrigin(c) });
        if (returnTo === null) return c.json(await startSession(c, user), 200);
        return c.redirect(withOutcome(returnTo, { code: await oauth.issueExchangeCode(exchangeSubject(user), attempt) }), 302);
      } catch (error) {
        context.writeHealth.failed(error);
        const known = asAppError(error) ?? toDatabaseAppError(error);
        if (!known) throw error;
        security.record('oauth_failed', { ...requestOrigin(c), reason: `${provider}: ${known.code}` });
        if (returnTo === null) throw error;
        if (statusOf(known) >= 500) log.warning('login through a provider failed', { provider, error: known });
        const code = query.error === undefined ? known.code : PROVIDER_ERRORS.has(query.error) ? query.error : 'access_denied';
        return c.redirect(withOutcome(returnTo, { error: code, error_description: known.detail }), 302);
      }
    });
  }

  router.openapi(linkRoute, async (c) => {
    const { provider } = c.req.valid('param');
    const { session: current } = c.get('account');
    const { authorizationUrl, state } = await begin(c, provider, c.req.valid('query').return_to, current.id);
    return c.json({ authorization_url: authorizationUrl, state }, 200);
  });

  // A route, because the secret of the browser is in a cookie.
  router.openapi(exchangeRoute, async (c) => {
    const { code, cookie } = c.req.valid('json');
    if (cookie) session.requireOwnOrigin(c);
    const attempt = attemptOfCode(code);
    const browser = attempt === undefined ? undefined : cookies.browser(c, attempt);
    c.header('Cache-Control', 'no-store');
    const tokens = await exchangeCode(context, null, { code, browser }, { origin: requestOrigin(c) });
    if (!cookie) return c.json(tokens, 200);
    await endSessionOf(session.read(c), sessions, 'another login in its browser');
    return c.json(session.keep(c, tokens), 200);
  });

  return router;
}
