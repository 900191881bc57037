/**
 * The one way in which a request's body is received, on every runtime and in the worker: up to a size, charged to its owner by
 * the bytes that have arrived, and ended where it arrives too slowly. Nothing is read before a handler reads.
 */
import { BODY, BODY_PACE } from './bounds.ts';
import type { HeldBytes } from './byte-budget.ts';
import { untilAborted } from './deadline.ts';
import { AppError } from './errors.ts';

export interface BodyRules {
  readonly maxBytes: number;
  /** The error of a body that is longer. */
  readonly tooLarge: () => Error;
  /** The memory that the body is charged to. Called when its owner has to be known: for more than 64 KB. */
  readonly hold: () => HeldBytes;
  /** Runs at the end of a body that took long to arrive; what it throws ends the request. */
  readonly afterSlowBody?: (() => Promise<void>) | undefined;
  /** Receives the error that ended the reading, in whatever form the reader of the body reports it. */
  readonly onFault?: (error: unknown) => void;
}

export interface ReceivedRequest {
  /** The same request with a guarded body. */
  readonly request: Request;
  /** Gives the memory back, once nothing uses the body any more. */
  release(): void;
}

/** Bytes up to which a body is not charged, and the step in which a larger one is. */
const STEP = BODY.fields;
/** Bytes up to which small chunks are joined, because each costs more memory than it holds. */
const JOINED = 16 * 1024;
/** Seconds after which memory may be free again. */
const RETRY_AFTER = 5;
/** A window of the pace is looked at in this many moments, so that one late moment of a busy process does not end a body. */
const CHECKS = 10;

/** These have no body that a handler could read. */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'TRACE']);

/** The bytes that `Content-Length` declares; undefined without it. */
function declaredBytes(headers: Headers): number | undefined {
  const length = headers.get('content-length');
  return length === null || headers.has('transfer-encoding') ? undefined : Number(length);
}

/**
 * Throws the error of `tooLarge` for a declared length over the limit. Reading the body of the returned request throws it for
 * more bytes, `unavailable` where the memory is taken, and `request_timeout` where the body is too slow.
 */
export function receiveRequest(request: Request, rules: BodyRules): ReceivedRequest {
  const declared = declaredBytes(request.headers);
  if (WITHOUT_BODY.has(request.method) || declared === 0) return { request, release: () => undefined };
  // Compared before the body is opened: Node would then close the connection half a second after the response.
  if (declared !== undefined && declared > rules.maxBytes) throw rules.tooLarge();
  const { stream, release } = guardBody(() => request.body, { ...rules, declared });
  const { url, method, headers, signal } = request;
  // From its parts: from the request itself, Node would open the body now.
  const init = { method, headers, signal, body: stream, duplex: 'half' } as RequestInit;
  return { request: new Request(url, init), release };
}

type Guarded = Pick<ReceivedRequest, 'release'> & { readonly stream: ReadableStream<Uint8Array> };

function guardBody(
  open: () => ReadableStream<Uint8Array> | null,
  { maxBytes, tooLarge, hold, declared = 0, afterSlowBody, onFault }: BodyRules & { readonly declared?: number | undefined },
): Guarded {
  const pace = watchPace();
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let memory: HeldBytes | undefined;
  let received = 0;
  let charged = STEP;

  /** Opens the body, unless the whole of it has no room. Undefined: there is none. */
  function begin(): ReadableStreamDefaultReader<Uint8Array> | undefined {
    if (declared > STEP) {
      memory ??= hold();
      if (!memory.fits(declared)) throw memoryTaken();
    }
    const body = open();
    if (body) pace.start();
    return body?.getReader();
  }

  function count(bytes: number): void {
    received += bytes;
    pace.count(bytes);
    if (received > maxBytes) throw tooLarge();
    if (received <= charged) return;
    memory ??= hold();
    const next = Math.ceil(received / STEP) * STEP;
    if (!memory.grow(next)) throw memoryTaken();
    charged = next;
  }

  /** The next bytes; empty at the end. */
  async function nextBytes(from: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let length = 0;
    while (length < JOINED) {
      const { done, value } = await pace.wait(() => from.read());
      if (done) break;
      count(value.byteLength);
      parts.push(value);
      length += value.byteLength;
    }
    return joined(parts, length);
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      reader ??= begin();
      const piece = reader && (await nextBytes(reader));
      if (piece && piece.byteLength > 0) return controller.enqueue(piece);
      pace.stop();
      if (pace.wasSlow()) await afterSlowBody?.();
      controller.close();
    } catch (error) {
      pace.stop();
      onFault?.(error);
      controller.error(error);
      reader?.cancel().catch(() => undefined);
    }
  }

  return {
    stream: new ReadableStream<Uint8Array>(
      {
        pull,
        cancel: (reason) => {
          pace.stop();
          return reader?.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    ),
    release: () => {
      pace.stop();
      memory?.release();
    },
  };
}

const memoryTaken = () => new AppError('unavailable', 'Too many large bodies are being received', { retryAfter: RETRY_AFTER });

const tooSlow = () =>
  new AppError(
    'request_timeout',
    `The body arrives too slowly: ${BODY_PACE.windowMs / 1000} seconds must bring ${BODY_PACE.bytes / 1024} KB, or the rest of it`,
  );

/** Ends a body that brings less than the pace of BODY_PACE. Time in which this process does not wait for the sender is free. */
function watchPace() {
  const slow = new AbortController();
  let timer: ReturnType<typeof setInterval> | undefined;
  let isWaiting = false;
  let checks = 0;
  let bytes = 0;
  let seen = 0;

  function check(): void {
    if (!isWaiting) return;
    seen += 1;
    checks += 1;
    if (checks < CHECKS) return;
    if (bytes < BODY_PACE.bytes) slow.abort(tooSlow());
    checks = 0;
    bytes = 0;
  }

  return {
    start: () => {
      timer = setInterval(check, BODY_PACE.windowMs / CHECKS);
    },
    stop: () => clearInterval(timer),
    count: (more: number) => {
      bytes += more;
    },
    /** Settles as `read` does, or rejects with `request_timeout`. */
    wait: async <T>(read: () => Promise<T>): Promise<T> => {
      isWaiting = true;
      try {
        return await untilAborted(read(), slow.signal);
      } finally {
        isWaiting = false;
      }
    },
    /** Whether the sender was waited for at any of the moments. */
    wasSlow: () => seen > 0,
  };
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
