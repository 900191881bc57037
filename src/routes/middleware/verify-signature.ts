/** Endpoints without credentials, whose callers sign: what is not signed by whom we know counts against its address. */
import type { Context, MiddlewareHandler } from 'hono';
import { AppError } from '../../kernel/core/errors.ts';
import { createSignatureVerifier, SIGNATURE_HEADER } from '../../kernel/worker-client/signatures.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { createRateLimiter } from './rate-limit.ts';

export type SignatureDependencies = Pick<AppContext, 'config' | 'limiter' | 'revocations' | 'clock' | 'log'>;

/** What to do with a failed check: noted, counted, thrown on; `rate_limited` where the address has failed too often. */
export function refuseSignatures(services: SignatureDependencies) {
  const admission = createRateLimiter(services);
  return async function refuseSignature(c: Context<AppEnv>, error: unknown): Promise<never> {
    const reason = error instanceof AppError && error.cause instanceof Error ? error.cause.message : 'unknown';
    services.log.warning('signature refused', { path: c.req.path, address: c.get('address'), reason });
    await admission.anonymous(c);
    throw error;
  };
}

/** Checks QStash's kind of signature, the worker's too, before anything reads the body. `url` is the endpoint's own address. */
export function verifySignature(services: SignatureDependencies, url: string): MiddlewareHandler<AppEnv> {
  const { config, clock } = services;
  const verify = createSignatureVerifier({ keys: config.worker.signingKeys, clock });
  const refuse = refuseSignatures(services);
  return async function signed(c, next) {
    const message = { signature: c.req.header(SIGNATURE_HEADER), body: await c.req.text(), url };
    await verify(message).catch((error: unknown) => refuse(c, error));
    await next();
  };
}
