/** Signatures on public endpoints: a request whose signature does not verify counts against its address. */
import type { Context, MiddlewareHandler } from 'hono';
import { AppError } from '../../kernel/core/errors.ts';
import { createSignatureVerifier, SIGNATURE_HEADER } from '../../kernel/worker-client/signatures.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { countAddress } from './rate-limit.ts';
import { rawBody } from './raw-body.ts';

export type SignatureDependencies = Pick<AppContext, 'config' | 'requestLimits' | 'clock' | 'log'>;

/** Logs and counts a failed verification and throws its error; `rate_limited` if the address has failed too often. */
export async function refuseSignature(c: Context<AppEnv>, context: SignatureDependencies, error: unknown): Promise<never> {
  const reason = error instanceof AppError && error.cause instanceof Error ? error.cause.message : 'unknown';
  context.log.warning('signature refused', { path: c.req.path, address: c.get('address'), reason });
  await countAddress(c, context);
  throw error;
}

/** Verifies a signature of QStash's form, which the worker uses too, over the raw body. `url`: the endpoint's own address. */
export function verifySignature(context: SignatureDependencies, url: string): MiddlewareHandler<AppEnv> {
  const verify = createSignatureVerifier({ keys: context.config.worker.signingKeys, clock: context.clock });
  return async function verifySignature(c, next) {
    const signature = c.req.header(SIGNATURE_HEADER);
    // A body without a signature is not read.
    const body = signature === undefined ? new Uint8Array() : await rawBody(c);
    await verify({ signature, body, url }).catch((error: unknown) => refuseSignature(c, context, error));
    await next();
  };
}
