/** The events of one stream: what its resources' progress is, then every change, until none can change any more. */

import { isSettled, statusesOf } from '../../kernel/model/stages.ts';
import { toResourceProgress } from '../../kernel/progress/presentation.ts';
import type { ProgressRecord, ProgressTracker } from '../../kernel/progress/tracker.ts';
import { formatComment, formatEvent } from './event-stream.ts';

export interface FollowOptions {
  readonly progress: Pick<ProgressTracker, 'read' | 'subscribe'>;
  readonly ids: readonly string[];
  /** Fires when the client is gone or the server stops. */
  readonly signal: AbortSignal;
  readonly heartbeatMs: number;
  /** The id of the last event the client has. */
  readonly after: number | undefined;
  /** Asked at every heartbeat; the stream ends where it resolves to false. */
  readonly mayGoOn: () => Promise<boolean>;
}

/** Below every sequence. */
const NOTHING = -1;

const isOver = (record: ProgressRecord) => isSettled(statusesOf(record.states));

/** Whether a client that has event `after` has all there will ever be. */
export function hasAll(records: readonly ProgressRecord[], after: number | undefined): boolean {
  return after !== undefined && records.every((record) => isOver(record) && record.sequence <= after);
}

/**
 * Yields chunks of an event stream. Between two reads of a slow client only the latest record of each resource is kept.
 * Every heartbeat also reads the records again: a message may get lost between processes, a record never.
 */
export async function* followProgress(options: FollowOptions): AsyncGenerator<string, void> {
  const { progress, ids, signal, heartbeatMs, after, mayGoOn } = options;
  const mail = new Map<string, ProgressRecord>();
  // In a stream of several resources an id says nothing of each of them: there, everybody begins with the whole.
  const resumed = ids.length === 1 ? after : undefined;
  const sent = new Map(ids.map((id) => [id, { sequence: resumed ?? NOTHING, over: false }]));
  let lastId = after ?? 0;
  let beat = false;
  let wake = () => {};

  const onMail = (record: ProgressRecord) => {
    mail.set(record.resourceId, record);
    wake();
  };
  const onBeat = () => {
    beat = true;
    wake();
  };
  const onAbort = () => wake();
  const leaving = ids.map((id) => progress.subscribe(id, onMail));
  const timer = setInterval(onBeat, heartbeatMs);
  signal.addEventListener('abort', onAbort);

  /** Whether the client is to have it: newer than the last sent, or the end. After the end nothing is. */
  function isNews(record: ProgressRecord): boolean {
    const last = sent.get(record.resourceId);
    return last !== undefined && !last.over && (record.sequence > last.sequence || isOver(record));
  }

  /** What has changed since it was last sent, as chunks; the first of a resource is its snapshot. */
  function* deliver(): Generator<string, void> {
    for (const [id, record] of mail) {
      mail.delete(id);
      if (!isNews(record)) continue;
      const event = sent.get(id)?.sequence === NOTHING ? 'snapshot' : 'progress';
      sent.set(id, { sequence: record.sequence, over: isOver(record) });
      lastId = Math.max(lastId + 1, record.sequence);
      yield formatEvent({ id: lastId, event, data: toResourceProgress(record) });
    }
  }

  async function look(id: string): Promise<void> {
    const record = await progress.read(id);
    if (!record) sent.delete(id);
    else if (isNews(record) && record.sequence > (mail.get(id)?.sequence ?? NOTHING)) mail.set(id, record);
  }

  /** Reads every record that is not over; one that is no longer there is not followed any more. */
  async function refresh(): Promise<void> {
    const open = [...sent].flatMap(([id, { over }]) => (over ? [] : [id]));
    // What cannot be read now is read at the next heartbeat.
    await Promise.allSettled(open.map(look));
  }

  const allOver = () => [...sent.values()].every(({ over }) => over);

  try {
    await refresh();
    if (resumed !== undefined) yield formatComment('resumed');
    yield* deliver();
    while (!signal.aborted && !allOver()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      if (mail.size === 0 && !beat) await promise;
      if (signal.aborted) return;
      if (beat) {
        beat = false;
        // Where that cannot be said, the stream goes on: it was allowed when it began.
        if (!(await mayGoOn().catch(() => true))) return;
        await refresh();
        if (mail.size === 0) yield formatComment('still here');
      }
      yield* deliver();
    }
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', onAbort);
    for (const leave of leaving) leave();
  }
}
