/** The lock: every request carries an access token or a key, but for the open paths (RFC 6750). */
import type { Context, MiddlewareHandler } from 'hono';
import { ensurePrincipal } from '../kernel/auth/accounts.ts';
import { type Actor, SCOPES } from '../kernel/auth/actor.ts';
import { looksLikeApiKey } from '../kernel/auth/api-keys.ts';
import { equalSecrets } from '../kernel/auth/keys.ts';
import { AppError } from '../kernel/errors.ts';
import type { Services } from '../kernel/services.ts';
import { clientInfo } from './client-info.ts';
import type { AppEnv } from './env.ts';

export interface AuthenticateOptions {
  readonly isOpen: (method: string, path: string) => boolean;
}

const REFUSAL = 'Could not validate credentials';
/** Longer headers are no credentials of ours; looking at them would only cost. */
const MAX_HEADER_LENGTH = 8192;

type Dependencies = Pick<Services, 'config' | 'db' | 'clock' | 'security' | 'accessTokens' | 'apiKeys' | 'revocations'>;

export function authenticate(services: Dependencies, { isOpen }: AuthenticateOptions): MiddlewareHandler<AppEnv> {
  const { config, security, accessTokens, apiKeys, revocations } = services;
  const masterKeys = [config.auth.masterKey, config.auth.previousMasterKey].flatMap((key) => (key ? [key.reveal()] : []));

  async function isMasterKey(given: string): Promise<boolean> {
    for (const key of masterKeys) if (await equalSecrets(given, key)) return true;
    return false;
  }

  async function principal(name: 'service' | 'test_user'): Promise<Actor> {
    const { id, username } = await ensurePrincipal(services, name);
    return {
      kind: name === 'service' ? 'service' : 'user',
      userId: id,
      username,
      tier: 'admin',
      scopes: SCOPES,
      sessionId: null,
      tokenId: null,
    };
  }

  function refuse(c: Context<AppEnv>, code: 'unauthenticated' | 'forbidden', reason: string, cause?: unknown): never {
    security.record('credentials_refused', { ...clientInfo(c), reason });
    throw new AppError(code, REFUSAL, { cause: cause ?? new Error(reason) });
  }

  async function fromKey(c: Context<AppEnv>, key: string): Promise<Actor> {
    if (key.length > MAX_HEADER_LENGTH) return refuse(c, 'forbidden', 'the X-API-Key header is too long');
    if (await isMasterKey(key)) return principal('service');
    return (await apiKeys.resolve(key)) ?? refuse(c, 'forbidden', 'unknown, expired or orphaned API key');
  }

  async function fromBearer(c: Context<AppEnv>, token: string): Promise<Actor> {
    if (await isMasterKey(token)) return principal('service');
    if (looksLikeApiKey(token)) {
      return (await apiKeys.resolve(token)) ?? refuse(c, 'unauthenticated', 'unknown, expired or orphaned API key');
    }
    const claims = await accessTokens.verify(token).catch((error: unknown) => {
      const reason = error instanceof AppError && error.cause instanceof Error ? error.cause.message : 'invalid token';
      return refuse(c, 'unauthenticated', reason, error);
    });
    if (await revocations.isRevoked([`jti:${claims.jti}`, `sid:${claims.sid}`])) {
      return refuse(c, 'unauthenticated', 'the token was revoked');
    }
    return {
      kind: 'user',
      userId: claims.user_id,
      username: claims.username,
      tier: claims.tier,
      scopes: claims.scopes,
      sessionId: claims.sid,
      tokenId: claims.jti,
    };
  }

  async function actorOf(c: Context<AppEnv>): Promise<Actor> {
    if (config.testMode) return principal('test_user');
    const key = c.req.header('X-API-Key');
    if (key !== undefined) return fromKey(c, key);
    const header = c.req.header('Authorization');
    if (header === undefined) throw new AppError('unauthenticated', 'Not authenticated');
    if (header.length > MAX_HEADER_LENGTH) return refuse(c, 'unauthenticated', 'the Authorization header is too long');
    // One scheme and one token68 (RFC 9110 section 11.4); several headers arrive joined by commas and fail here.
    const match = /^bearer +([\w\-.~+/]+=*)$/i.exec(header);
    if (!match) return refuse(c, 'unauthenticated', 'not a Bearer token');
    return fromBearer(c, match[1] as string);
  }

  return async function authenticate(c, next) {
    if (!isOpen(c.req.method, c.req.path)) c.set('actor', await actorOf(c));
    await next();
  };
}
