/** Authentication of the worker's HTTP: the master key, personal API keys, and signatures of the API. */
import { hash, timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { ApiKeys } from '../../src/kernel/auth/api-keys.ts';
import type { Config } from '../../src/kernel/config/config.ts';
import type { Secret } from '../../src/kernel/core/secret.ts';
import { type Actor, SCOPES, type Scope } from '../../src/kernel/model/actor.ts';
import { SIGNATURE_HEADER, type VerifySignature } from '../../src/kernel/worker-client/signatures.ts';
import { SYSTEM_USERS } from '../../src/services/accounts/accounts.ts';
import { OpenAIError } from './openai-error.ts';

/** Where a request comes from. */
export type Caller =
  /** The API itself: a person waits for a search. */
  | { readonly kind: 'api' }
  /** A user, through the API, which has checked the scope and counted the request. */
  | { readonly kind: 'proxied' }
  /** A user, directly. */
  | { readonly kind: 'user'; readonly actor: Pick<Actor, 'userId' | 'tier' | 'scopes'> };

/** Set by `authenticate`. */
export interface CallerEnv {
  Variables: { caller: Caller };
}

export interface AuthenticationDependencies {
  readonly config: {
    readonly testMode: boolean;
    readonly worker: Pick<Config['worker'], 'url'>;
    readonly auth: Pick<Config['auth'], 'masterKey' | 'previousMasterKey'>;
  };
  readonly apiKeys: Pick<ApiKeys, 'resolve'>;
  readonly verifySignature: VerifySignature;
}

const systemUser = (name: keyof typeof SYSTEM_USERS): Caller => ({
  kind: 'user',
  actor: { userId: SYSTEM_USERS[name], tier: 'admin', scopes: SCOPES },
});

/**
 * Middleware that throws OpenAIError: 403 for a wrong `X-API-Key`, 401 for a missing or wrong Bearer token or signature.
 * `X-API-Key` takes precedence over the other credentials. In test mode every request passes that is not signed.
 */
export function createAuthentication({ config, apiKeys, verifySignature }: AuthenticationDependencies) {
  const keys = [config.auth.masterKey, config.auth.previousMasterKey].filter((key) => key !== undefined);

  async function callerOf(key: string): Promise<Caller | undefined> {
    if (isOneOf(keys, key)) return systemUser('service');
    const actor = await apiKeys.resolve(key);
    return actor && { kind: 'user', actor };
  }

  return createMiddleware<CallerEnv>(async function authenticate(c, next) {
    const apiKey = c.req.header('X-API-Key');
    const bearer = /^Bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1];
    const signature = c.req.header(SIGNATURE_HEADER);
    if (apiKey === undefined && signature !== undefined) {
      const body = new Uint8Array(await c.req.arrayBuffer());
      const { onBehalfOf } = await verifySignature({ signature, body, url: config.worker.url + c.req.path });
      c.set('caller', { kind: onBehalfOf === undefined ? 'api' : 'proxied' });
    } else if (config.testMode) {
      c.set('caller', systemUser('test_user'));
    } else {
      const given = apiKey ?? bearer;
      const caller = given === undefined ? undefined : await callerOf(given);
      if (!caller) throw refused(apiKey !== undefined);
      c.set('caller', caller);
    }
    return next();
  });
}

const refused = (byHeader: boolean) =>
  byHeader
    ? new OpenAIError(403, 'Could not validate credentials', { code: 'invalid_api_key' })
    : new OpenAIError(401, 'Could not validate credentials', {
        code: 'invalid_api_key',
        headers: { 'WWW-Authenticate': 'Bearer' },
      });

/** Throws OpenAIError 403 for a user who lacks the scope. The API has checked it for a request that it passes on. */
export const requireScope = (scope: Scope) =>
  createMiddleware<CallerEnv>(async function requireScope(c, next) {
    const caller = c.get('caller');
    if (caller.kind === 'user' && !caller.actor.scopes.includes(scope)) {
      throw new OpenAIError(403, `This operation needs the scope ${scope}`, { code: 'insufficient_scope' });
    }
    return next();
  });

/** Compares digests in constant time, and with all keys, so that the time reveals nothing about them. */
function isOneOf(keys: readonly Secret<string>[], given: string): boolean {
  const digest = (text: string) => hash('sha256', text, 'buffer');
  return keys.map((key) => timingSafeEqual(digest(key.reveal()), digest(given))).includes(true);
}
