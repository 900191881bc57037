/** /auth: accounts, tokens, sessions. */
import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../../kernel/core/errors.ts';
import { findSession } from '../../kernel/db/sessions.ts';
import { findUser } from '../../kernel/db/users.ts';
import { entitledScopes, SCOPES } from '../../kernel/model/actor.ts';
import { addressKey } from '../../kernel/rate-limits/address.ts';
import { register } from '../../services/accounts/accounts.ts';
import type { AppContext } from '../../services/context.ts';
import { isUrlEncoded, requireContentType } from '../middleware/content-type.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { authenticated, createRouter, json, problems } from '../router.ts';
import {
  loginSchema,
  refreshSchema,
  registrationSchema,
  sessionSchema,
  tokenSchema,
  tokensToWire,
  userSchema,
  userToWire,
} from './auth-schemas.ts';

const tags = ['Authentication'];
const formBody = <T extends z.ZodType>(schema: T) => ({
  content: { 'application/x-www-form-urlencoded': { schema } },
  required: true,
});
const jsonBody = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } }, required: true });

const registerRoute = createRoute({
  method: 'post',
  path: '/auth/register',
  tags,
  summary: 'Register an account',
  security: [],
  request: { body: jsonBody(registrationSchema) },
  responses: { 201: json('The new account', userSchema), ...problems(400, 403, 409, 422, 429) },
});

const loginRoute = createRoute({
  method: 'post',
  path: '/auth/login',
  tags,
  summary: 'Log in with a password',
  description: 'The password form of OAuth 2. An unknown user and a wrong password are answered alike.',
  security: [],
  request: { body: formBody(loginSchema) },
  responses: { 200: json('A token pair', tokenSchema), ...problems(400, 401, 422, 429) },
});

const refreshRoute = createRoute({
  method: 'post',
  path: '/auth/refresh',
  tags,
  summary: 'Exchange a refresh token for a new pair',
  description:
    'Each refresh token works once; its immediate parent works for 30 s more, for tabs that refresh together. An older one ends the session.',
  security: [],
  middleware: requireContentType(['application/json', 'application/x-www-form-urlencoded']),
  request: {
    body: {
      content: { 'application/json': { schema: refreshSchema }, 'application/x-www-form-urlencoded': { schema: refreshSchema } },
      // Each type has its validator; `required` would run both on every body.
      required: false,
    },
  },
  responses: { 200: json('A token pair', tokenSchema), ...problems(400, 401, 415, 422) },
});

const logoutRoute = createRoute({
  method: 'post',
  path: '/auth/logout',
  tags,
  summary: 'End this session',
  description: 'Revokes this access token and its session; the refresh token ends with it.',
  security: authenticated,
  responses: { 204: { description: 'Logged out' }, ...problems(401) },
});

const meRoute = createRoute({
  method: 'get',
  path: '/auth/me',
  tags,
  summary: 'Who am I',
  security: authenticated,
  responses: { 200: json('The account', userSchema), ...problems(401) },
});

const sessionsRoute = createRoute({
  method: 'get',
  path: '/auth/sessions',
  tags,
  summary: 'My live sessions',
  security: authenticated,
  responses: { 200: json('Newest first', z.object({ sessions: z.array(sessionSchema) })), ...problems(401) },
});

const endSessionsRoute = createRoute({
  method: 'delete',
  path: '/auth/sessions',
  tags,
  summary: 'End all my sessions, this one included',
  security: authenticated,
  responses: { 204: { description: 'Ended' }, ...problems(401) },
});

const endSessionRoute = createRoute({
  method: 'delete',
  path: '/auth/sessions/{id}',
  tags,
  summary: 'End one of my sessions',
  security: authenticated,
  request: { params: z.object({ id: z.string().max(64) }) },
  responses: { 204: { description: 'Ended' }, ...problems(401, 404) },
});

export function createAuthRoutes(services: AppContext) {
  const { db, clock, config, accounts, security, sessions, revocations, limiter, rateLimits, loginLimits } = services;
  const router = createRouter();

  router.openapi(registerRoute, async (c) => {
    const { admitted, retryAfterMs } = await limiter.decide(`register:${addressKey(c.get('address'))}`, rateLimits.registrations);
    if (!admitted)
      throw new AppError('rate_limited', 'Too many registrations from your address', { retryAfter: retryAfterMs / 1000 });
    const user = await register(services, c.req.valid('json'));
    security.record('registered', { ...requestOrigin(c), userId: user.id });
    return c.json(userToWire(user), 201);
  });

  router.openapi(loginRoute, async (c) => {
    const { username, password, scope } = c.req.valid('form');
    const result = await loginLimits.guard(
      username,
      c.get('address'),
      () => accounts.checkPassword(username, password),
      ({ user }) => user !== undefined,
    );
    if (!result.user) {
      const { reason, userId } = result;
      security.record('login_failed', { ...requestOrigin(c), reason, ...(userId === undefined ? {} : { userId }) });
      throw new AppError('invalid_credentials', 'Incorrect username or password');
    }
    const asked = scope?.trim() ? SCOPES.filter((known) => scope.split(/\s+/).includes(known)) : entitledScopes(result.user.tier);
    const pair = await sessions.start(result.user, asked, requestOrigin(c));
    security.record('login', { ...requestOrigin(c), userId: result.user.id });
    c.header('Cache-Control', 'no-store');
    return c.json(tokensToWire(pair), 200);
  });

  router.openapi(refreshRoute, async (c) => {
    const { refresh_token } = isUrlEncoded(c.req.header('Content-Type')) ? c.req.valid('form') : c.req.valid('json');
    const pair = await sessions.refresh(refresh_token, requestOrigin(c));
    c.header('Cache-Control', 'no-store');
    return c.json(tokensToWire(pair), 200);
  });

  router.openapi(logoutRoute, async (c) => {
    const { sessionId, tokenId, userId } = c.get('actor');
    if (sessionId !== null && tokenId !== null) {
      await revocations.revoke(`jti:${tokenId}`, clock.now() + config.auth.accessTokenSeconds * 1000);
      await sessions.end(sessionId, 'logout');
      security.record('logout', { ...requestOrigin(c), userId, sessionId });
    }
    return c.body(null, 204);
  });

  router.openapi(meRoute, async (c) => {
    const user = await findUser(db, c.get('actor').userId);
    if (!user?.active) throw new AppError('unauthenticated', 'Could not validate credentials');
    return c.json(userToWire(user), 200);
  });

  router.openapi(sessionsRoute, async (c) => {
    const { userId, sessionId } = c.get('actor');
    const live = await sessions.list(userId);
    const iso = (ms: number) => new Date(ms).toISOString();
    return c.json(
      {
        sessions: live.map((session) => ({
          id: session.id,
          current: session.id === sessionId,
          created_at: iso(session.createdAt),
          last_refreshed_at: iso(session.rotatedAt),
          expires_at: iso(session.expiresAt),
          ...(session.userAgent === null ? {} : { user_agent: session.userAgent }),
          ...(session.address === null ? {} : { address: session.address }),
        })),
      },
      200,
    );
  });

  router.openapi(endSessionsRoute, async (c) => {
    const { userId } = c.get('actor');
    for (const { id } of await sessions.list(userId)) await sessions.end(id, 'ended by its user');
    security.record('session_revoked', { ...requestOrigin(c), userId, reason: 'all sessions' });
    return c.body(null, 204);
  });

  router.openapi(endSessionRoute, async (c) => {
    const { userId } = c.get('actor');
    const { id } = c.req.valid('param');
    const session = await findSession(db, id);
    if (session?.userId !== userId || !(await sessions.end(id, 'ended by its user'))) {
      throw new AppError('not_found', 'There is no such session');
    }
    security.record('session_revoked', { ...requestOrigin(c), userId, sessionId: id });
    return c.body(null, 204);
  });

  return router;
}
