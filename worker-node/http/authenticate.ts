/** Authentication of the worker's HTTP: the master key, personal API keys, and signatures of the API. */
import { hash, timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { ApiKeys } from '../../src/kernel/auth/api-keys.ts';
import type { Config } from '../../src/kernel/config/config.ts';
import type { Secret } from '../../src/kernel/core/secret.ts';
import { SIGNATURE_HEADER, type SignedMessage } from '../../src/kernel/worker-client/signatures.ts';
import { OpenAIError } from './openai-error.ts';

export interface AuthenticationDependencies {
  readonly config: {
    readonly testMode: boolean;
    readonly worker: Pick<Config['worker'], 'url'>;
    readonly auth: Pick<Config['auth'], 'masterKey' | 'previousMasterKey'>;
  };
  readonly apiKeys: Pick<ApiKeys, 'resolve'>;
  readonly verifySignature: (message: SignedMessage) => Promise<void>;
}

/**
 * Middleware that throws OpenAIError: 403 for a wrong `X-API-Key`, 401 for a missing or wrong Bearer token or signature.
 * `X-API-Key` takes precedence over the other credentials. In test mode every request passes.
 */
export function createAuthentication({ config, apiKeys, verifySignature }: AuthenticationDependencies) {
  const keys = [config.auth.masterKey, config.auth.previousMasterKey].filter((key) => key !== undefined);

  const isValid = async (key: string) => isOneOf(keys, key) || (await apiKeys.resolve(key)) !== undefined;

  return createMiddleware(async function authenticate(c, next) {
    const apiKey = c.req.header('X-API-Key');
    const bearer = /^Bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1];
    const signature = c.req.header(SIGNATURE_HEADER);
    if (config.testMode) return next();
    if (apiKey !== undefined) {
      if (!(await isValid(apiKey))) throw new OpenAIError(403, 'Could not validate credentials', { code: 'invalid_api_key' });
    } else if (signature !== undefined) {
      await verifySignature({ signature, body: new Uint8Array(await c.req.arrayBuffer()), url: config.worker.url + c.req.path });
    } else if (bearer === undefined || !(await isValid(bearer))) {
      throw new OpenAIError(401, 'Could not validate credentials', {
        code: 'invalid_api_key',
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
    }
    return next();
  });
}

/** Compares digests in constant time, and with all keys, so that the time reveals nothing about them. */
function isOneOf(keys: readonly Secret<string>[], given: string): boolean {
  const digest = (text: string) => hash('sha256', text, 'buffer');
  return keys.map((key) => timingSafeEqual(digest(key.reveal()), digest(given))).includes(true);
}
