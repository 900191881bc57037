/** The lock: every request carries an access token or a key, but for the open paths (RFC 6750). */
import type { Context, MiddlewareHandler } from 'hono';
import { looksLikeApiKey } from '../../kernel/auth/api-keys.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { equalSecrets } from '../../kernel/core/keys.ts';
import { type Actor, SCOPES } from '../../kernel/model/actor.ts';
import { ensureSystemUser, type SystemUser } from '../../services/accounts/accounts.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { createRateLimiter } from './rate-limit.ts';
import { requestOrigin } from './request-origin.ts';

export interface AuthenticateOptions {
  readonly isOpen: (method: string, path: string) => boolean;
  /** Whether an open path counts against its caller's address. */
  readonly isLimited: (path: string) => boolean;
}

const REFUSAL = 'Could not validate credentials';
/** Longer headers are no credentials of ours; looking at them would only cost. */
const MAX_HEADER_LENGTH = 8192;
/** RFC 9110 section 11.4: all of a Bearer credential. Several headers arrive joined by commas and are none. */
const TOKEN68 = /^[\w\-.~+/]+=*$/;

type Dependencies = Pick<
  AppContext,
  'config' | 'db' | 'clock' | 'log' | 'metrics' | 'security' | 'accessTokens' | 'apiKeys' | 'revocations' | 'limiter'
>;

interface Identified {
  readonly actor: Actor;
  /** What could have been revoked. */
  readonly tokenKeys: readonly string[];
}

export function authenticate(services: Dependencies, { isOpen, isLimited }: AuthenticateOptions): MiddlewareHandler<AppEnv> {
  const { config, security, accessTokens, apiKeys } = services;
  const admission = createRateLimiter(services);
  const results = services.metrics.counter('pharos_authentications_total', 'Requests by what they proved who they are with', [
    'result',
  ]);
  const masterKeys = [config.auth.masterKey, config.auth.previousMasterKey].flatMap((key) => (key ? [key.reveal()] : []));

  async function isMasterKey(given: string): Promise<boolean> {
    for (const key of masterKeys) if (await equalSecrets(given, key)) return true;
    return false;
  }

  /** The principals whose rows exist: a request must not cost a write. Values, not promises, which Workers bind to a request. */
  const principals = new Map<SystemUser, Actor>();

  async function principal(name: SystemUser): Promise<Actor> {
    const known = principals.get(name);
    if (known) return known;
    const { id, username } = await ensureSystemUser(services, name);
    const actor: Actor = {
      kind: name === 'service' ? 'service' : 'user',
      userId: id,
      username,
      tier: 'admin',
      scopes: SCOPES,
      sessionId: null,
      tokenId: null,
    };
    principals.set(name, actor);
    return actor;
  }

  function refuse(c: Context<AppEnv>, code: 'unauthenticated' | 'forbidden', reason: string, cause?: unknown): never {
    security.record('credentials_refused', { ...requestOrigin(c), reason });
    throw new AppError(code, REFUSAL, { cause: cause ?? new Error(reason) });
  }

  async function fromKey(c: Context<AppEnv>, key: string): Promise<Actor> {
    if (key.length > MAX_HEADER_LENGTH) return refuse(c, 'forbidden', 'the X-API-Key header is too long');
    if (await isMasterKey(key)) return principal('service');
    return (await apiKeys.resolve(key)) ?? refuse(c, 'forbidden', 'unknown, expired or orphaned API key');
  }

  async function fromBearer(c: Context<AppEnv>, token: string): Promise<Identified> {
    if (await isMasterKey(token)) return withoutToken(await principal('service'));
    if (!TOKEN68.test(token)) return refuse(c, 'unauthenticated', 'not a Bearer token');
    if (looksLikeApiKey(token)) {
      const actor = await apiKeys.resolve(token);
      return withoutToken(actor ?? refuse(c, 'unauthenticated', 'unknown, expired or orphaned API key'));
    }
    const claims = await accessTokens.verify(token).catch((error: unknown) => {
      const reason = error instanceof AppError && error.cause instanceof Error ? error.cause.message : 'invalid token';
      return refuse(c, 'unauthenticated', reason, error);
    });
    const actor: Actor = {
      kind: 'user',
      userId: claims.user_id,
      username: claims.username,
      tier: claims.tier,
      scopes: claims.scopes,
      sessionId: claims.sid,
      tokenId: claims.jti,
    };
    return { actor, tokenKeys: [`jti:${claims.jti}`, `sid:${claims.sid}`] };
  }

  async function identify(c: Context<AppEnv>): Promise<Identified> {
    if (config.testMode) return withoutToken(await principal('test_user'));
    const key = c.req.header('X-API-Key');
    if (key !== undefined) return withoutToken(await fromKey(c, key));
    const header = c.req.header('Authorization');
    if (header === undefined) throw new AppError('unauthenticated', 'Not authenticated');
    if (header.length > MAX_HEADER_LENGTH) return refuse(c, 'unauthenticated', 'the Authorization header is too long');
    const match = /^bearer +(\S.*)$/i.exec(header);
    if (!match) return refuse(c, 'unauthenticated', 'not a Bearer token');
    return fromBearer(c, match[1] as string);
  }

  /** Who it is, once they are neither revoked nor over their limit; who it is not counts against their address. */
  async function admit(c: Context<AppEnv>): Promise<Actor> {
    const identified = await identify(c).catch(async (error: unknown) => {
      results.add({ result: 'refused' });
      await admission.anonymous(c);
      throw error;
    });
    const { actor, tokenKeys } = identified;
    const { revoked } = await admission.actor(c, actor, tokenKeys);
    results.add({ result: revoked ? 'revoked' : tokenKeys.length > 0 ? 'token' : 'key' });
    if (revoked) return refuse(c, 'unauthenticated', 'the token was revoked');
    return actor;
  }

  return async function authenticate(c, next) {
    if (!isOpen(c.req.method, c.req.path)) c.set('actor', await admit(c));
    else if (isLimited(c.req.path)) await admission.anonymous(c);
    await next();
  };
}

const withoutToken = (actor: Actor): Identified => ({ actor, tokenKeys: [] });
