/**
 * `PUT /uploads?ticket=`: one file as raw bytes, authorised by the ticket from `POST /resources/upload-url`. The response
 * is that of `POST /resources`. Browsers upload from other origins, so this path supports CORS; no other path does.
 */
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import type { Config } from '../../../src/kernel/config/config.ts';
import { createByteBudget } from '../../../src/kernel/core/byte-budget.ts';
import { AppError } from '../../../src/kernel/core/errors.ts';
import type { Log } from '../../../src/kernel/core/log.ts';
import { allowsOrigin } from '../../../src/kernel/core/origins.ts';
import { receiveRequest } from '../../../src/kernel/core/request-body.ts';
import { createPresignedUploads, type UploadGrant } from '../../../src/kernel/worker-client/presigned-uploads.ts';
import { type CreatedResource, toAcceptedResponse } from '../../../src/services/resources/accepted-response.ts';
import {
  type CreateResourceContext,
  type CreateResourceInput,
  createResource,
} from '../../../src/services/resources/create-resource.ts';
import { cleanName, contentTypeOf, MAX_UPLOAD_BYTES } from '../../../src/services/resources/uploaded-file.ts';
import { resolveSignedUser } from '../signed-user.ts';

export interface UploadsRouteDependencies {
  readonly config: Pick<Config, 'publicUrl' | 'cors'> & { readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'> };
  /** What creating a resource needs. */
  readonly services: CreateResourceContext;
  readonly log: Log;
}

const PATH = '/uploads';
/** Files of the largest size that memory has room for: until one is stored, it may need five times its size. */
const PLACES = 4;

const tooLarge = () => new AppError('payload_too_large', `The upload is larger than ${MAX_UPLOAD_BYTES / 1024 / 1024} MB`);

const isForm = () => new AppError('unsupported_media_type', 'file: is sent as a form; send its bytes alone as the body');

export function createUploadsRoute({ config, services, log }: UploadsRouteDependencies): Hono {
  const { publicUrl } = config;
  const { origins } = config.cors;
  // The console always: its pages are of PUBLIC_URL, and the worker may be elsewhere.
  const own = new URL(config.publicUrl).origin;
  const tickets = createPresignedUploads({ config, clock: services.clock, ids: services.ids });
  const memory = createByteBudget(PLACES * MAX_UPLOAD_BYTES);
  const app = new Hono();

  app.use(
    PATH,
    cors({
      origin: origins === '*' ? '*' : (origin) => (origin === own || allowsOrigin(origins, origin) ? origin : null),
      allowMethods: ['PUT'],
      allowHeaders: ['Content-Type', 'X-Request-Id'],
      exposeHeaders: ['Location', 'Retry-After', 'X-Request-Id'],
      maxAge: 600,
    }),
  );

  function logRefusal(error: unknown): never {
    if (error instanceof AppError && error.cause instanceof Error) {
      log.warning('upload ticket refused', { reason: error.cause.message });
    }
    throw error;
  }

  /** The user whom a ticket stands for now. Throws `unauthenticated`. */
  const uploaderOf = (grant: UploadGrant) =>
    resolveSignedUser(services, grant, { scope: 'resources:write', refuse: tickets.refuse }).catch(logRefusal);

  app.put(PATH, async (c) => {
    const grant = await tickets.verify(c.req.query('ticket') ?? '').catch(logRefusal);
    const { userId } = await uploaderOf(grant);
    if (/^multipart\//i.test(c.req.header('content-type') ?? '')) throw isForm();
    const rules = { maxBytes: MAX_UPLOAD_BYTES, tooLarge, hold: () => memory.hold(userId) };
    const { request, release } = receiveRequest(c.req.raw, rules);
    try {
      const body = new Uint8Array(await request.arrayBuffer());
      const contentType = contentTypeOf({ field: 'file', bytes: body, ...claimsOf(c, grant) });
      // Again, because the login or key may have ended while the body was on its way.
      const actor = await uploaderOf(grant);
      return respond(c, await createResource(services, actor, toInput(grant, body, contentType)).catch(explainReuse));
    } finally {
      release();
    }
  });

  function respond(c: Context, created: CreatedResource): Response {
    const body = toAcceptedResponse(publicUrl, created);
    if (created.outcome === 'duplicate') return c.json(body, 200);
    return c.json(body, 202, { Location: `${publicUrl}/resources/${created.id}` });
  }

  return app;
}

const claimsOf = (c: Context, { fields }: UploadGrant) => ({
  declared: fields.content_type ?? c.req.header('content-type') ?? '',
  filename: fields.filename ?? '',
});

function toInput({ id, fields }: UploadGrant, body: Uint8Array, contentType: string): CreateResourceInput {
  const { filename, content_type: _named, callback_url: callbackUrl, ...described } = fields;
  return {
    ...described,
    callbackUrl,
    // A ticket accepts one document, which may be sent repeatedly: a leaked URL cannot add another.
    idempotencyKey: `upload:${id}`,
    source: { kind: 'content', body, contentType, filename: filename === undefined ? undefined : cleanName(filename) },
  };
}

/** Replaces the error about the idempotency key, which comes from the ticket and is unknown to the client. */
function explainReuse(error: unknown): never {
  if (!(error instanceof AppError) || error.errors?.[0]?.path !== 'Idempotency-Key') throw error;
  throw new AppError('conflict', 'This upload URL was used for another document; ask for a new one', { cause: error });
}
