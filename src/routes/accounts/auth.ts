/** /auth: what is on offer, registration, login with a password, token refresh. */
import { AppError } from '../../kernel/core/errors.ts';
import { entitledScopes } from '../../kernel/model/actor.ts';
import { addressKey } from '../../kernel/rate-limits/address.ts';
import {
  loginSchema,
  refreshSchema,
  registrationSchema,
  requestedScopes,
  tokenSchema,
  tokensToWire,
  userSchema,
  userToWire,
} from '../../services/accounts/account-schemas.ts';
import { register } from '../../services/accounts/accounts.ts';
import { authOptions, authOptionsSchema } from '../../services/accounts/auth-options.ts';
import { checkPassword } from '../../services/accounts/check-password.ts';
import type { AppContext } from '../../services/context.ts';
import { isUrlEncoded, requireContentType } from '../middleware/content-type.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { createRouter, defineRoute, describeOnly, formBody, json, jsonBody, problems } from '../router.ts';
import { isLocalRequest } from './local-request.ts';

const optionsRoute = defineRoute({
  method: 'get',
  path: '/auth/options',
  description: 'Whether accounts can be registered, which providers are configured, and whether mail can be sent.',
  responses: { 200: json('What a login page may offer', authOptionsSchema), ...problems(503) },
});

const registerRoute = defineRoute({
  method: 'post',
  path: '/auth/register',
  description:
    'Creates an account with the tier `free`. With ENV=dev the first account is an admin, if a person at the machine itself ' +
    'registers it. 403 where registration is closed.',
  request: { body: jsonBody(registrationSchema) },
  responses: { 201: json('The new account', userSchema), ...problems(400, 403, 409, 422, 429, 503) },
});

const loginRoute = defineRoute({
  method: 'post',
  path: '/auth/login',
  description: 'The password grant of OAuth 2. An unknown user and a wrong password get the same response.',
  request: { body: formBody(loginSchema) },
  responses: { 200: json('A token pair', tokenSchema), ...problems(400, 401, 422, 429, 503) },
});

const refreshRoute = defineRoute({
  method: 'post',
  path: '/auth/refresh',
  description:
    'Each refresh token works once. Its immediate parent works for 30 s more, for tabs that refresh at the same time; an older ' +
    'one ends the session.',
  middleware: requireContentType(['application/json', 'application/x-www-form-urlencoded']),
  request: {
    body: {
      content: { 'application/json': { schema: refreshSchema }, 'application/x-www-form-urlencoded': { schema: refreshSchema } },
      // `required` would run the validators of both types on every body.
      required: false,
    },
  },
  responses: { 200: json('A token pair', tokenSchema), ...problems(400, 401, 415, 422) },
});

export function createAuthRoutes(context: AppContext) {
  const { security, sessions, limiter, rateLimits } = context;
  const router = createRouter();

  router.openapi(optionsRoute, async (c) => {
    c.header('Cache-Control', 'no-store');
    return c.json(await authOptions(context), 200);
  });

  router.openapi(registerRoute, async (c) => {
    const { admitted, retryAfterMs } = await limiter.decide(`register:${addressKey(c.get('address'))}`, rateLimits.registrations);
    if (!admitted)
      throw new AppError('rate_limited', 'Too many registrations from your address', { retryAfter: retryAfterMs / 1000 });
    const options = { turn: addressKey(c.get('address')), isLocal: isLocalRequest(c) };
    const user = await register(context, c.req.valid('json'), options);
    const first = user.tier === 'admin' ? { reason: 'the first account: admin' } : {};
    security.record('registered', { ...requestOrigin(c), userId: user.id, ...first });
    return c.json(userToWire(user), 201);
  });

  router.openapi(loginRoute, async (c) => {
    const { username, password, scope } = c.req.valid('form');
    const result = await checkPassword(context, username, password, requestOrigin(c));
    if (!result.user) {
      const { reason, userId } = result;
      security.record('login_failed', { ...requestOrigin(c), reason, ...(userId === undefined ? {} : { userId }) });
      throw new AppError('invalid_credentials', 'Incorrect username or password');
    }
    const requested = requestedScopes(scope) ?? entitledScopes(result.user.tier);
    const pair = await sessions.start(result.user, requested, requestOrigin(c));
    security.record('login', { ...requestOrigin(c), userId: result.user.id });
    c.header('Cache-Control', 'no-store');
    return c.json(tokensToWire(pair), 200);
  });

  // A body is required; only the validators must not know it.
  const { content } = refreshRoute.request.body;
  describeOnly(router, { ...refreshRoute, request: { body: { content, required: true } } });
  router.openapi({ ...refreshRoute, hide: true }, async (c) => {
    const { refresh_token, scope } = isUrlEncoded(c.req.header('Content-Type')) ? c.req.valid('form') : c.req.valid('json');
    const pair = await sessions.refresh(refresh_token, requestOrigin(c), requestedScopes(scope));
    c.header('Cache-Control', 'no-store');
    return c.json(tokensToWire(pair), 200);
  });

  return router;
}
