/** What OAuth clients and resource servers do with a token: revocation (RFC 7009) and introspection (RFC 7662). */
import { z } from 'zod';
import { toUnixSeconds } from '../../kernel/core/time.ts';
import { findUser } from '../../kernel/db/users.ts';
import type { AppContext } from '../context.ts';
import { type Caller, nothing, type OpenCaller, operation } from '../operation.ts';

const tokenForm = z
  .object({ token: z.string().min(1).max(8192), token_type_hint: z.string().max(100).optional() })
  .meta({ id: 'TokenForm' });

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
  .meta({ id: 'Introspection' });

type Context = Pick<AppContext, 'db' | 'accessTokens' | 'revocations' | 'sessions' | 'security'>;

export const revokeToken = operation({
  name: 'tokens.revoke',
  scope: 'public',
  summary: 'Revoke a token (RFC 7009)',
  description:
    'Revoking a refresh token ends its session; revoking an access token ends that token alone. An unknown token gets the same response.',
  destructive: true,
  input: tokenForm,
  output: nothing,
  run: async ({ accessTokens, revocations, sessions, security, origin }: Context & OpenCaller, { token }) => {
    const session = await sessions.inspect(token);
    if (session) {
      await sessions.end(session.id, 'revoked by its client');
      security.record('token_revoked', { ...origin, userId: session.userId, sessionId: session.id });
      return;
    }
    const claims = await accessTokens.verify(token, 'mcp').catch(() => undefined);
    if (!claims) return;
    await revocations.revoke(`jti:${claims.jti}`, claims.exp * 1000);
    security.record('token_revoked', { ...origin, userId: claims.sub, sessionId: claims.sid });
  },
});

export const introspectToken = operation({
  name: 'tokens.introspect',
  scope: 'admin',
  summary: 'Introspect a token (RFC 7662)',
  description: 'For admins, and for resource servers by an API key with the scope `admin`.',
  destructive: false,
  input: tokenForm,
  output: introspectionSchema,
  run: async ({ db, accessTokens, revocations, sessions }: Context & Caller, { token }) => {
    const session = await sessions.inspect(token);
    if (session) {
      const user = await findUser(db, session.userId);
      if (!user?.active || user.credentialsEpoch !== session.credentialsEpoch) return { active: false };
      return {
        active: true,
        token_type: 'refresh_token' as const,
        scope: session.scopes.join(' '),
        sub: user.id,
        username: user.username,
        exp: toUnixSeconds(session.expiresAt),
        iat: toUnixSeconds(session.rotatedAt),
      };
    }
    const claims = await accessTokens.verify(token, 'mcp').catch(() => undefined);
    if (!claims || (await revocations.isRevoked([`jti:${claims.jti}`, `sid:${claims.sid}`]))) return { active: false };
    const { scopes, sub, username, iss, aud, jti, exp, iat } = claims;
    return { active: true, token_type: 'access_token' as const, scope: scopes.join(' '), sub, username, iss, aud, jti, exp, iat };
  },
});
