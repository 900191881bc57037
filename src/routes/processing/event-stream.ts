/** Server-Sent Events (WHATWG HTML section 9.2) as a body that is written as fast as its reader reads, and no faster. */
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

/**
 * Answers with what `write(signal)` yields. It starts at the first read, so that an answer nobody reads (HEAD) costs
 * nothing; its signal fires when the client is gone or `shutdown` fires.
 */
export function eventStream(
  c: Context<AppEnv>,
  shutdown: AbortSignal,
  write: (signal: AbortSignal) => AsyncGenerator<string, void>,
): Response {
  const gone = new AbortController();
  const encoder = new TextEncoder();
  let chunks: AsyncGenerator<string, void> | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        chunks ??= write(AbortSignal.any([gone.signal, shutdown, c.req.raw.signal]));
        const { value, done } = await chunks.next();
        if (gone.signal.aborted) return;
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: async () => {
        gone.abort();
        // It may stand at a yield, where no signal reaches it.
        await chunks?.return();
      },
    },
    { highWaterMark: 0 },
  );
  return c.body(body, 200, {
    'Content-Type': 'text/event-stream',
    // No proxy may hold events back to compress or to store them.
    'Cache-Control': 'no-transform, no-store',
    'X-Accel-Buffering': 'no',
  });
}

/** The header's number; undefined where there is none or it was not one of our ids. */
export function lastEventId(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
