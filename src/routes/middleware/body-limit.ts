/**
 * How large a body may be, by path, and whose memory it takes. Runs after the scopes were checked, so that only callers who may
 * send megabytes do. Nothing is read here: the limits apply where the body is read (kernel/core/request-body.ts).
 */

import type { Context, MiddlewareHandler } from 'hono';
import { BODY } from '../../kernel/core/bounds.ts';
import { createByteBudget } from '../../kernel/core/byte-budget.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { receiveRequest } from '../../kernel/core/request-body.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { MCP_PATH } from '../../kernel/model/protected-resources.ts';
import { addressKey } from '../../kernel/rate-limits/address.ts';
import { areCredentialsInForce, type CredentialsContext } from '../../services/accounts/credentials-in-force.ts';
import { MAX_UPLOAD_BYTES } from '../../services/resources/uploaded-file.ts';
import type { AppEnv } from '../env.ts';
import type { Runtime } from '../runtime.ts';
import { isMultipart } from './content-type.ts';

const MB = 1024 * 1024;

const UPLOAD_HINT = `POST /resources/upload-url takes files up to ${MAX_UPLOAD_BYTES / MB} MB`;

/** Bodies of the largest size that memory has room for. */
const PLACES = 4;

/** The largest file in a form, and the detail of the error for a larger one. */
export interface UploadSize {
  readonly bytes: number;
  readonly megabytes: number;
  readonly tooLarge: string;
}

export function uploadSize({ maxUploadBytes = MAX_UPLOAD_BYTES }: Pick<Runtime, 'maxUploadBytes'>): UploadSize {
  const bytes = Math.min(maxUploadBytes, MAX_UPLOAD_BYTES);
  const megabytes = Math.floor(bytes / MB);
  const tooLarge = `The upload is larger than ${megabytes} MB`;
  return { bytes, megabytes, tooLarge: bytes < MAX_UPLOAD_BYTES ? `${tooLarge}; ${UPLOAD_HINT}` : tooLarge };
}

interface Limit {
  readonly bytes: number;
  readonly tooLarge: string;
}

const limitOf = (bytes: number, hint = ''): Limit => ({
  bytes,
  tooLarge: `The request body is larger than ${bytes < MB ? `${bytes / 1024} KB` : `${Math.floor(bytes / MB)} MB`}${hint}`,
});

/** Paths that take one document, or many, as JSON or as a form. */
const DOCUMENTS = new Set(['/resources', '/resources/upload', '/resources/batch']);

function limitByPath(size: UploadSize): (c: Context<AppEnv>) => Limit {
  const fields = limitOf(BODY.fields);
  const taxonomy = limitOf(BODY.taxonomy);
  const report = limitOf(BODY.report);
  const event = limitOf(BODY.event);
  const described = limitOf(BODY.described);
  const embeddings = limitOf(Math.min(BODY.embeddings, size.bytes));
  const document = limitOf(Math.min(BODY.document, size.bytes), `; ${UPLOAD_HINT}`);
  const form = { bytes: size.bytes + BODY.formOverhead, tooLarge: size.tooLarge };
  return (c) => {
    const { path } = c.req;
    if (DOCUMENTS.has(path)) return isMultipart(c.req.header('content-type')) ? form : document;
    if (path === MCP_PATH) return document;
    if (path.startsWith('/resources/')) return described;
    if (path.startsWith('/webhooks/ingest/')) return event;
    if (path === '/taxonomy') return taxonomy;
    if (path === '/v1/embeddings') return embeddings;
    return path.startsWith('/jobs/') ? report : fields;
  };
}

/**
 * Throws `payload_too_large` for a declared length over the limit; the other errors of a body come where it is read. A body that
 * took long is accepted only while its sender's credentials are still in force.
 */
export function bodyLimit(context: CredentialsContext, runtime: Pick<Runtime, 'maxUploadBytes'>): MiddlewareHandler<AppEnv> {
  const size = uploadSize(runtime);
  const limitFor = limitByPath(size);
  const known = createByteBudget(PLACES * (size.bytes + BODY.formOverhead));
  // Senders without an identity do not take the memory of known callers.
  const strangers = createByteBudget(PLACES * BODY.event);

  return async function bodyLimit(c, next) {
    const { bytes, tooLarge } = limitFor(c);
    const actor = c.get('actor') as Actor | undefined;
    const { request, release } = receiveRequest(c.req.raw, {
      maxBytes: bytes,
      tooLarge: () => new AppError('payload_too_large', tooLarge),
      hold: () => (actor ? known.hold(actor.userId) : strangers.hold(c.get('bodyOwner') ?? addressKey(c.get('address')))),
      afterSlowBody: actor && (() => requireInForce(context, actor)),
      onFault: (error) => {
        if (error instanceof AppError) c.set('bodyFault', error);
      },
    });
    c.req.raw = request;
    try {
      await next();
    } finally {
      release();
    }
  };
}

async function requireInForce(context: CredentialsContext, actor: Actor): Promise<void> {
  if (await areCredentialsInForce(context, actor)) return;
  throw new AppError('unauthenticated', 'The credentials ended while the body was on its way');
}
