/** What OAuth clients and resource servers expect beside login: revocation, introspection, metadata, keys. */
import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../../kernel/core/errors.ts';
import { findUser } from '../../kernel/db/users.ts';
import { SCOPES } from '../../kernel/model/actor.ts';
import type { AppContext } from '../../services/context.ts';
import { requestOrigin } from '../middleware/request-origin.ts';
import { authenticated, createRouter, json, problems } from '../router.ts';

const tags = ['Authentication'];
const tokenForm = {
  body: {
    content: {
      'application/x-www-form-urlencoded': {
        schema: z
          .object({ token: z.string().min(1).max(8192), token_type_hint: z.string().max(100).optional() })
          .openapi('TokenForm'),
      },
    },
    required: true,
  },
};

const revokeRoute = createRoute({
  method: 'post',
  path: '/auth/revoke',
  tags,
  summary: 'Revoke a token (RFC 7009)',
  description: 'A refresh token ends its session, an access token only itself. A token that is none of ours is answered alike.',
  security: [],
  request: tokenForm,
  responses: { 200: { description: 'It opens nothing any more' }, ...problems(400, 422) },
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

const introspectRoute = createRoute({
  method: 'post',
  path: '/auth/introspect',
  tags,
  summary: 'Whether a token is live, and whose (RFC 7662)',
  description: 'For admins and for callers with an API key.',
  security: authenticated,
  request: tokenForm,
  responses: { 200: json('`active` alone where it is not', introspectionSchema), ...problems(400, 401, 403, 422) },
});

const metadataRoute = createRoute({
  method: 'get',
  path: '/.well-known/oauth-authorization-server',
  tags,
  summary: 'Authorization server metadata (RFC 8414)',
  security: [],
  responses: { 200: json('Metadata', z.looseObject({ issuer: z.string() })) },
});

const jwksRoute = createRoute({
  method: 'get',
  path: '/.well-known/jwks.json',
  tags,
  summary: 'Public keys that verify access tokens (RFC 7517)',
  description: 'Empty where a shared secret signs them.',
  security: [],
  responses: { 200: json('A JWK set', z.object({ keys: z.array(z.record(z.string(), z.string())) })) },
});

export function createOAuthEndpoints(services: AppContext) {
  const { config, db, accessTokens, revocations, sessions, security } = services;
  const router = createRouter();

  router.openapi(revokeRoute, async (c) => {
    const { token } = c.req.valid('form');
    const session = await sessions.inspect(token);
    if (session) {
      await sessions.end(session.id, 'revoked by its client');
      security.record('token_revoked', { ...requestOrigin(c), userId: session.userId, sessionId: session.id });
    } else {
      const claims = await accessTokens.verify(token).catch(() => undefined);
      if (claims) {
        await revocations.revoke(`jti:${claims.jti}`, claims.exp * 1000);
        security.record('token_revoked', { ...requestOrigin(c), userId: claims.sub, sessionId: claims.sid });
      }
    }
    return c.body(null, 200);
  });

  router.openapi(introspectRoute, async (c) => {
    const actor = c.get('actor');
    // A session's own token must not be a means to look at others'; a key was made for a program that serves them.
    if (actor.sessionId !== null && !actor.scopes.includes('admin'))
      throw new AppError('forbidden', 'This is for admins and API keys');
    const { token } = c.req.valid('form');
    c.header('Cache-Control', 'no-store');
    const session = await sessions.inspect(token);
    if (session) {
      const user = await findUser(db, session.userId);
      if (!user?.active) return c.json({ active: false }, 200);
      return c.json(
        {
          active: true,
          token_type: 'refresh_token' as const,
          scope: session.scopes.join(' '),
          sub: user.id,
          username: user.username,
          exp: Math.floor(session.expiresAt / 1000),
          iat: Math.floor(session.rotatedAt / 1000),
        },
        200,
      );
    }
    const claims = await accessTokens.verify(token).catch(() => undefined);
    if (!claims || (await revocations.isRevoked([`jti:${claims.jti}`, `sid:${claims.sid}`])))
      return c.json({ active: false }, 200);
    const { scopes, sub, username, iss, aud, jti, exp, iat } = claims;
    return c.json(
      { active: true, token_type: 'access_token' as const, scope: scopes.join(' '), sub, username, iss, aud, jti, exp, iat },
      200,
    );
  });

  router.openapi(metadataRoute, (c) => {
    const { publicUrl } = config;
    return c.json(
      {
        issuer: config.auth.issuer,
        token_endpoint: `${publicUrl}/auth/login`,
        revocation_endpoint: `${publicUrl}/auth/revoke`,
        introspection_endpoint: `${publicUrl}/auth/introspect`,
        jwks_uri: `${publicUrl}/.well-known/jwks.json`,
        grant_types_supported: ['password'],
        response_types_supported: [],
        token_endpoint_auth_methods_supported: ['none'],
        scopes_supported: [...SCOPES],
        service_documentation: `${publicUrl}/docs`,
      },
      200,
      { 'Cache-Control': 'public, max-age=300' },
    );
  });

  router.openapi(jwksRoute, async (c) => {
    const keys = (await accessTokens.publicKeys()).map((key) => ({ ...key }) as Record<string, string>);
    return c.json({ keys }, 200, { 'Cache-Control': 'public, max-age=300' });
  });

  return router;
}
