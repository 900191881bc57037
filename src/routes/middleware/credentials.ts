/** Credentials in headers: access tokens, API keys, and the master key of the installation. */
import type { Context } from 'hono';
import { looksLikeApiKey } from '../../kernel/auth/api-keys.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { equalSecrets } from '../../kernel/core/keys.ts';
import { type Actor, SCOPES, withImpliedScopes } from '../../kernel/model/actor.ts';
import { MCP_PATH } from '../../kernel/model/protected-resources.ts';
import { ensureSystemUser, type SystemUser } from '../../services/accounts/accounts.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { requestOrigin } from './request-origin.ts';

/** One kind of credentials. The first strategy that applies to a request decides alone. */
export interface AuthenticationStrategy {
  appliesTo(c: Context<AppEnv>): boolean;
  /** Throws `unauthenticated` or `forbidden` for credentials that are not valid. */
  verify(c: Context<AppEnv>): Promise<Actor>;
  /** Throws for credentials that were valid until they were revoked. */
  refuseRevoked(c: Context<AppEnv>): never;
  /** Whether results count in pharos_authentications_total. */
  readonly isCounted: boolean;
}

const REFUSAL = 'Could not validate credentials';
/** A longer header cannot hold credentials of Pharos, so it is refused unread. */
const MAX_HEADER_LENGTH = 8192;
/** RFC 9110 section 11.4: the whole of a Bearer credential. Repeated headers arrive joined by commas and do not match. */
const TOKEN68 = /^[\w\-.~+/]+=*$/;

type Dependencies = Pick<AppContext, 'config' | 'db' | 'clock' | 'ids' | 'passwords' | 'security' | 'accessTokens' | 'apiKeys'>;

export type Credentials = ReturnType<typeof createCredentials>;

/** Verifies each kind of credentials; every refusal goes to the security log with its reason. */
export function createCredentials(context: Dependencies) {
  const { config, security, accessTokens, apiKeys } = context;
  const masterKeys = [config.auth.masterKey, config.auth.previousMasterKey].flatMap((key) => (key ? [key.reveal()] : []));

  async function isMasterKey(given: string): Promise<boolean> {
    for (const key of masterKeys) if (await equalSecrets(given, key)) return true;
    return false;
  }

  /** System users whose rows exist, so that a request costs no write. Holds values: Workers bind promises to a request. */
  const systemUsers = new Map<SystemUser, Actor>();

  async function systemUser(name: SystemUser): Promise<Actor> {
    const known = systemUsers.get(name);
    if (known) return known;
    const { id, username } = await ensureSystemUser(context, name);
    const actor: Actor = {
      kind: name === 'service' ? 'service' : 'user',
      userId: id,
      username,
      tier: 'admin',
      scopes: SCOPES,
      sessionId: null,
      tokenId: null,
      keyId: null,
    };
    systemUsers.set(name, actor);
    return actor;
  }

  function refuse(c: Context<AppEnv>, code: 'unauthenticated' | 'forbidden', reason: string, cause?: unknown): never {
    security.record('credentials_refused', { ...requestOrigin(c), reason });
    throw new AppError(code, REFUSAL, { cause: cause ?? new Error(reason) });
  }

  async function verifyApiKey(c: Context<AppEnv>, key: string): Promise<Actor> {
    if (key.length > MAX_HEADER_LENGTH) return refuse(c, 'forbidden', 'the X-API-Key header is too long');
    if (await isMasterKey(key)) return systemUser('service');
    return (await apiKeys.resolve(key)) ?? refuse(c, 'forbidden', 'unknown, expired or orphaned API key');
  }

  async function verifyAuthorization(c: Context<AppEnv>, header: string): Promise<Actor> {
    if (header.length > MAX_HEADER_LENGTH) return refuse(c, 'unauthenticated', 'the Authorization header is too long');
    const token = /^bearer +(\S.*)$/i.exec(header)?.[1];
    if (token === undefined) return refuse(c, 'unauthenticated', 'not a Bearer token');
    if (await isMasterKey(token)) return systemUser('service');
    if (!TOKEN68.test(token)) return refuse(c, 'unauthenticated', 'not a Bearer token');
    if (looksLikeApiKey(token)) {
      return (await apiKeys.resolve(token)) ?? refuse(c, 'unauthenticated', 'unknown, expired or orphaned API key');
    }
    const at = c.req.path === MCP_PATH ? 'mcp' : 'api';
    const claims = await accessTokens.verify(token, at).catch((error: unknown) => {
      const reason = error instanceof AppError && error.cause instanceof Error ? error.cause.message : 'invalid token';
      return refuse(c, 'unauthenticated', reason, error);
    });
    const { client_id: clientId } = claims;
    return {
      kind: 'user',
      userId: claims.user_id,
      username: claims.username,
      tier: claims.tier,
      // A token of the time before `resources:delete` was a scope does not name it.
      scopes: clientId === undefined ? withImpliedScopes(claims.scopes) : claims.scopes,
      sessionId: claims.sid,
      tokenId: claims.jti,
      keyId: null,
      ...(clientId === undefined ? {} : { clientId }),
    };
  }

  const refuseRevoked = (c: Context<AppEnv>): never => refuse(c, 'unauthenticated', 'the token was revoked');
  return { systemUser, verifyApiKey, verifyAuthorization, refuseRevoked };
}

/** `TEST_MODE`: every request without a stream ticket is the test user's. */
export const testUser = ({ systemUser, refuseRevoked }: Credentials): AuthenticationStrategy => ({
  appliesTo: () => true,
  verify: () => systemUser('test_user'),
  refuseRevoked,
  isCounted: true,
});

/** `X-API-Key` wins over `Authorization`. */
export const apiKeyHeader = ({ verifyApiKey, refuseRevoked }: Credentials): AuthenticationStrategy => ({
  appliesTo: (c) => c.req.header('X-API-Key') !== undefined,
  verify: (c) => verifyApiKey(c, c.req.header('X-API-Key') ?? ''),
  refuseRevoked,
  isCounted: true,
});

/** `Authorization: Bearer`, with an access token, an API key or the master key. */
export const bearerToken = ({ verifyAuthorization, refuseRevoked }: Credentials): AuthenticationStrategy => ({
  appliesTo: (c) => c.req.header('Authorization') !== undefined,
  verify: (c) => verifyAuthorization(c, c.req.header('Authorization') ?? ''),
  refuseRevoked,
  isCounted: true,
});
