/**
 * `PUT /uploads?ticket=`: one file as raw bytes, for whoever was given the address by `POST /resources/upload-url`. Answers
 * as the API's form does. Browsers send here from other origins, so this path alone knows CORS.
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
import { cleanName, requireText, typeOfFile } from '../../../src/services/resources/uploaded-file.ts';
import { declaredBytes, readUpload } from './read-upload.ts';
import { createUploadSlots } from './upload-slots.ts';
import { resolveUploader } from './uploader.ts';

export interface UploadsRouteDependencies {
  readonly config: Pick<Config, 'publicUrl' | 'cors'> & { readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'> };
  readonly library: CreateResourceContext;
  readonly log: Log;
}

const PATH = '/uploads';
/** Seconds until one of the uploads under way may be over. */
const RETRY_AFTER = 5;

export function createUploadsRoute({ config, library, log }: UploadsRouteDependencies): Hono {
  const { publicUrl } = config;
  const { origins } = config.cors;
  const tickets = createPresignedUploads({ config, clock: library.clock, ids: library.ids });
  const places = createUploadSlots();
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

  /** The ticket's grant and who it stands for. */
  async function admit(ticket: string) {
    try {
      const grant = await tickets.verify(ticket);
      return { grant, actor: await resolveUploader(library.db, grant) };
    } catch (error) {
      if (error instanceof AppError && error.cause instanceof Error) {
        log.warning('upload ticket refused', { reason: error.cause.message });
      }
      throw error;
    }
  }

  app.put(PATH, async (c) => {
    const { grant, actor } = await admit(c.req.query('ticket') ?? '');
    const contentType = typeOf(c, grant);
    const leave = places.acquire(actor.userId, declaredBytes(c.req.raw));
    if (!leave) throw new AppError('rate_limited', 'Too many large uploads are under way', { retryAfter: RETRY_AFTER });
    try {
      const body = await readUpload(c.req.raw);
      requireText(body);
      return accepted(c, await createResource(library, actor, toInput(grant, body, contentType)).catch(otherDocument));
    } finally {
      leave();
    }
  });

  function accepted(c: Context, created: CreatedResource): Response {
    const body = toAcceptedResponse(publicUrl, created);
    if (created.outcome === 'duplicate') return c.json(body, 200);
    return c.json(body, 202, { Location: `${publicUrl}/resources/${created.id}` });
  }

  return app;
}

const typeOf = (c: Context, { fields }: UploadGrant) =>
  typeOfFile({ named: fields.content_type, declared: c.req.header('content-type') ?? '', filename: fields.filename ?? '' });

function toInput({ id, fields }: UploadGrant, body: Uint8Array, contentType: string): CreateResourceInput {
  const { filename, content_type: _named, callback_url: callbackUrl, ...described } = fields;
  return {
    ...described,
    callbackUrl,
    // A ticket is good for one document, sent as often as it takes: whoever finds the address later can add nothing.
    idempotencyKey: `upload:${id}`,
    source: { kind: 'content', body, contentType, filename: filename === undefined ? undefined : cleanName(filename) },
  };
}

/** The key is the ticket's, and its sender knows of none. */
function otherDocument(error: unknown): never {
  if (!(error instanceof AppError) || error.errors?.[0]?.path !== 'Idempotency-Key') throw error;
  throw new AppError('conflict', 'This upload URL was used for another document; ask for a new one', { cause: error });
}
