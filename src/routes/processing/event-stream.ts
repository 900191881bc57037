/** Server-sent events (WHATWG HTML section 9.2) as a response body that is written at the pace of its reader. */
import type { Context } from 'hono';
import type { AppEnv } from '../env.ts';

export interface ServerSentEvent {
  readonly id: number;
  readonly event: string;
  readonly data: unknown;
}

/** `data` as one line of JSON. */
export const formatEvent = ({ id, event, data }: ServerSentEvent) =>
  `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

export const formatComment = (comment: string) => `: ${comment}\n\n`;

export interface EventStreamOptions {
  readonly shutdown: AbortSignal;
  /** Starts at the first read, so that a response to HEAD costs nothing. `signal`: the client disconnected, or `shutdown`. */
  readonly write: (signal: AbortSignal) => AsyncGenerator<string, void>;
  /** Called at least once when the stream is over, however it ends, also where it was never read. */
  readonly onEnd: () => void;
}

/** A response whose body is what `write` yields. */
export function eventStream(c: Context<AppEnv>, { shutdown, write, onEnd }: EventStreamOptions): Response {
  c.req.raw.signal.addEventListener('abort', onEnd, { once: true });
  const disconnected = new AbortController();
  const encoder = new TextEncoder();
  let chunks: AsyncGenerator<string, void> | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        chunks ??= write(AbortSignal.any([disconnected.signal, shutdown, c.req.raw.signal]));
        const { value, done } = await chunks.next().catch((error: unknown) => {
          onEnd();
          throw error;
        });
        if (done) onEnd();
        if (disconnected.signal.aborted) return;
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: async () => {
        disconnected.abort();
        onEnd();
        // A generator paused at a yield does not see the signal.
        await chunks?.return();
      },
    },
    { highWaterMark: 0 },
  );
  return c.body(body, 200, {
    'Content-Type': 'text/event-stream',
    // Proxies must not hold events back to compress or store them.
    'Cache-Control': 'no-transform, no-store',
    'X-Accel-Buffering': 'no',
  });
}

/** The number in a Last-Event-ID header; undefined if it is missing or is not an id of this stream. */
export function lastEventId(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
