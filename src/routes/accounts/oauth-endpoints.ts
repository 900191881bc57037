/** Endpoints for OAuth clients and resource servers: token revocation, introspection, public keys. */
import { z } from '@hono/zod-openapi';
import { toUnixSeconds } from '../../kernel/core/time.ts';
import { findUser } from '../../kernel/db/users.ts';
import type { AppContext } from '../../services/context.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { requireScope } from '../middleware/require-scope.ts';
import { createRouter, defineRoute, formBody, json, problems } from '../router.ts';

const tokenForm = {
  body: formBody(
    z.object({ token: z.string().min(1).max(8192), token_type_hint: z.string().max(100).optional() }).openapi('TokenForm'),
  ),
};

const revokeRoute = defineRoute({
  method: 'post',
  path: '/auth/revoke',
  description:
    'Revoking a refresh token ends its session; revoking an access token ends that token alone. An unknown token gets the same response.',
  request: tokenForm,
  responses: { 200: { description: 'The token is not valid any more' }, ...problems(400, 422) },
});

const introspectionSchema = z
  .object({
    active: z.boolean(),
    token_type: z.enum(['access_token', 'refresh_token']).optional(),
    scope: z.string().optional(),
    sub: z.string().optional(),
    username: z.string().optional(),
    iss: z.string().optional(),
    aud: z.string().optional(),
    jti: z.string().optional(),
    exp: z.int().optional(),
    iat: z.int().optional(),
  })
  .openapi('Introspection');

const introspectRoute = defineRoute({
  method: 'post',
  path: '/auth/introspect',
  description: 'For admins, and for resource servers by an API key with the scope `admin`.',
  middleware: requireScope('admin'),
  request: tokenForm,
  responses: {
    200: json('Whether the token is active and, if so, its owner, scopes and times', introspectionSchema),
    ...problems(400, 403, 422),
  },
});

const jwksRoute = defineRoute({
  method: 'get',
  path: '/.well-known/jwks.json',
  description: 'Empty if a shared secret signs access tokens.',
  responses: { 200: json('A JWK set', z.object({ keys: z.array(z.record(z.string(), z.string())) })) },
});

export function createOAuthEndpoints(context: AppContext) {
  const { db, accessTokens, revocations, sessions, security } = context;
  const router = createRouter();

  router.openapi(revokeRoute, async (c) => {
    const { token } = c.req.valid('form');
    const session = await sessions.inspect(token);
    if (session) {
      await sessions.end(session.id, 'revoked by its client');
      security.record('token_revoked', { ...requestOrigin(c), userId: session.userId, sessionId: session.id });
    } else {
      const claims = await accessTokens.verify(token, 'mcp').catch(() => undefined);
      if (claims) {
        await revocations.revoke(`jti:${claims.jti}`, claims.exp * 1000);
        security.record('token_revoked', { ...requestOrigin(c), userId: claims.sub, sessionId: claims.sid });
      }
    }
    return c.body(null, 200);
  });

  router.openapi(introspectRoute, async (c) => {
    const { token } = c.req.valid('form');
    c.header('Cache-Control', 'no-store');
    const session = await sessions.inspect(token);
    if (session) {
      const user = await findUser(db, session.userId);
      if (!user?.active || user.credentialsEpoch !== session.credentialsEpoch) return c.json({ active: false }, 200);
      return c.json(
        {
          active: true,
          token_type: 'refresh_token' as const,
          scope: session.scopes.join(' '),
          sub: user.id,
          username: user.username,
          exp: toUnixSeconds(session.expiresAt),
          iat: toUnixSeconds(session.rotatedAt),
        },
        200,
      );
    }
    const claims = await accessTokens.verify(token, 'mcp').catch(() => undefined);
    if (!claims || (await revocations.isRevoked([`jti:${claims.jti}`, `sid:${claims.sid}`])))
      return c.json({ active: false }, 200);
    const { scopes, sub, username, iss, aud, jti, exp, iat } = claims;
    return c.json(
      { active: true, token_type: 'access_token' as const, scope: scopes.join(' '), sub, username, iss, aud, jti, exp, iat },
      200,
    );
  });

  router.openapi(jwksRoute, async (c) => {
    const keys = (await accessTokens.publicKeys()).map((key) => ({ ...key }) as Record<string, string>);
    return c.json({ keys }, 200, { 'Cache-Control': 'public, max-age=300' });
  });

  return router;
}
