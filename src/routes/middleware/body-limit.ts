/**
 * How large a body may be, by path, and how many large ones are held in memory at once. Runs after the scopes were checked, so
 * that only callers who may send megabytes do. Nothing is read here: the limit applies where the body is read.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { BODY } from '../../kernel/core/bounds.ts';
import { createByteBudget } from '../../kernel/core/byte-budget.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { MAX_UPLOAD_BYTES } from '../../services/resources/uploaded-file.ts';
import type { AppEnv } from '../env.ts';
import type { Runtime } from '../runtime.ts';
import { isMultipart } from './content-type.ts';

const MB = 1024 * 1024;

const UPLOAD_HINT = `POST /resources/upload-url takes files up to ${MAX_UPLOAD_BYTES / MB} MB`;

/** Bytes up to which a body needs no place. */
const SMALL = MB;
/** Bodies of the largest size that are held at once, in all and of one owner: others can still send while one has its share. */
const PLACES = { all: 4, owner: 3 };
/** Seconds after which a place may be free again. */
const RETRY_AFTER = 5;

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
  const report = limitOf(BODY.report);
  const event = limitOf(BODY.event);
  const described = limitOf(BODY.described);
  const embeddings = limitOf(BODY.embeddings);
  const document = limitOf(Math.min(BODY.document, size.bytes), `; ${UPLOAD_HINT}`);
  const form = { bytes: size.bytes + BODY.formOverhead, tooLarge: size.tooLarge };
  return (c) => {
    const { path } = c.req;
    if (DOCUMENTS.has(path)) return isMultipart(c.req.header('content-type')) ? form : document;
    if (path.startsWith('/resources/')) return described;
    if (path.startsWith('/webhooks/ingest/')) return event;
    if (path === '/v1/embeddings') return embeddings;
    return path.startsWith('/jobs/') ? report : fields;
  };
}

/**
 * Throws `payload_too_large` for a declared length over the limit, and makes reading fail with it where a body without a length
 * becomes too long. Throws `unavailable` where the memory for large bodies is taken.
 */
export function bodyLimit(runtime: Pick<Runtime, 'maxUploadBytes'>): MiddlewareHandler<AppEnv> {
  const size = uploadSize(runtime);
  const limitFor = limitByPath(size);
  const largest = size.bytes + BODY.formOverhead;
  const known = createByteBudget({ total: PLACES.all * largest, perOwner: PLACES.owner * largest });
  // Senders of events are strangers until their signature is verified, and do not take the memory of known callers.
  const events = createByteBudget({ total: PLACES.all * BODY.event, perOwner: PLACES.owner * BODY.event });

  return async function bodyLimit(c, next) {
    // These have no body, and looking for one makes Node build the whole request.
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const limit = limitFor(c);
    const owner = c.get('actor')?.userId;
    let release: (() => void) | undefined;
    /** Throws `unavailable` where so many bytes are not free. */
    const take = (bytes: number) => {
      release = owner === undefined ? events.acquire(c.req.path, bytes) : known.acquire(owner, bytes);
      if (!release) throw new AppError('unavailable', 'Too many large bodies are being received', { retryAfter: RETRY_AFTER });
    };
    const declared = declaredLength(c);
    if (declared === undefined) limitWhileRead(c, limit, take);
    // Compared before the body is opened: Node would then close the connection half a second after the response.
    else if (declared > limit.bytes) throw new AppError('payload_too_large', limit.tooLarge);
    else if (declared > SMALL) take(declared);
    try {
      await next();
    } finally {
      release?.();
    }
  };
}

function declaredLength(c: Context<AppEnv>): number | undefined {
  const length = c.req.header('content-length');
  return length === undefined || c.req.header('transfer-encoding') !== undefined ? undefined : Number(length);
}

/** Bytes up to which small chunks are joined. */
const CHUNK = 16 * 1024;

/**
 * Replaces the request's body by one that fails after the limit, or where it becomes large and no place is free; `bodyFault`
 * then holds the error, however it surfaces.
 */
function limitWhileRead(c: Context<AppEnv>, { bytes, tooLarge }: Limit, take: (bytes: number) => void): void {
  const { body } = c.req.raw;
  if (body === null) return;
  const reader = body.getReader();
  let read = 0;

  /** Throws for a body that may not grow to `size`. */
  function grow(size: number): void {
    if (size > bytes) throw new AppError('payload_too_large', tooLarge);
    if (read <= SMALL && size > SMALL) take(bytes);
    read = size;
  }

  /** The next bytes, empty at the end. Small chunks are joined, because each costs more memory than it holds. */
  async function nextBytes(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let length = 0;
    while (length < CHUNK) {
      const { done, value } = await reader.read();
      if (done) break;
      grow(read + value.byteLength);
      parts.push(value);
      length += value.byteLength;
    }
    return joined(parts, length);
  }

  const limited = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const piece = await nextBytes();
          if (piece.byteLength > 0) controller.enqueue(piece);
          else controller.close();
        } catch (error) {
          if (error instanceof AppError) c.set('bodyFault', error);
          controller.error(error);
          await reader.cancel().catch(() => undefined);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  c.req.raw = new Request(c.req.raw, { body: limited, duplex: 'half' } as RequestInit);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
