/**
 * `PUT /uploads?ticket=`: one file as raw bytes, authorised by the ticket from `POST /resources/upload-url`. The response
 * is that of `POST /resources`. Browsers upload from other origins, so this path supports CORS; no other path does.
 */
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import type { Config } from '../../../src/kernel/config/config.ts';
import { AppError } from '../../../src/kernel/core/errors.ts';
import type { Log } from '../../../src/kernel/core/log.ts';
import { createPresignedUploads, type UploadGrant } from '../../../src/kernel/worker-client/presigned-uploads.ts';
import { type CreatedResource, toAcceptedResponse } from '../../../src/services/resources/accepted-response.ts';
import {
  type CreateResourceContext,
  type CreateResourceInput,
  createResource,
} from '../../../src/services/resources/create-resource.ts';
import { checkFileContent, cleanName, typeOfFile } from '../../../src/services/resources/uploaded-file.ts';
import { declaredBytes, readUpload } from './read-upload.ts';
import { createUploadSlots } from './upload-slots.ts';
import { resolveUploader } from './uploader.ts';

export interface UploadsRouteDependencies {
  readonly config: Pick<Config, 'publicUrl' | 'cors'> & { readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'> };
  /** What creating a resource needs. */
  readonly services: CreateResourceContext;
  readonly log: Log;
}

const PATH = '/uploads';
/** Seconds after which a slot may be free again. */
const RETRY_AFTER = 5;

export function createUploadsRoute({ config, services, log }: UploadsRouteDependencies): Hono {
  const { publicUrl } = config;
  const { origins } = config.cors;
  const tickets = createPresignedUploads({ config, clock: services.clock, ids: services.ids });
  const slots = createUploadSlots();
  const app = new Hono();

  app.use(
    PATH,
    cors({
      origin: origins === '*' ? '*' : [...origins],
      allowMethods: ['PUT'],
      allowHeaders: ['Content-Type', 'X-Request-Id'],
      exposeHeaders: ['Location', 'Retry-After', 'X-Request-Id'],
      maxAge: 600,
    }),
  );

  /** Returns the ticket's grant and the user it stands for. Throws `unauthenticated`. */
  async function authenticate(ticket: string) {
    try {
      const grant = await tickets.verify(ticket);
      return { grant, actor: await resolveUploader(services, grant) };
    } catch (error) {
      if (error instanceof AppError && error.cause instanceof Error) {
        log.warning('upload ticket refused', { reason: error.cause.message });
      }
      throw error;
    }
  }

  app.put(PATH, async (c) => {
    const { grant, actor } = await authenticate(c.req.query('ticket') ?? '');
    const contentType = contentTypeOf(c, grant);
    const release = slots.acquire(actor.userId, declaredBytes(c.req.raw));
    if (!release) throw new AppError('rate_limited', 'Too many large uploads are in progress', { retryAfter: RETRY_AFTER });
    try {
      const body = await readUpload(c.req.raw);
      checkFileContent(body, contentType);
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

const contentTypeOf = (c: Context, { fields }: UploadGrant) =>
  typeOfFile({ named: fields.content_type, declared: c.req.header('content-type') ?? '', filename: fields.filename ?? '' });

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
