/** The events of one stream: a snapshot of each resource's progress, then its changes, until every stage is settled. */
import { isSettled, statusesOf } from '../../kernel/model/stages.ts';
import { toResourceProgress } from '../../kernel/progress/presentation.ts';
import type { ProgressRecord, ProgressTracker } from '../../kernel/progress/tracker.ts';
import { formatComment, formatEvent } from './event-stream.ts';

export interface FollowOptions {
  readonly progress: Pick<ProgressTracker, 'read' | 'subscribe'>;
  readonly ids: readonly string[];
  /** Fires when the client disconnects or the server stops. */
  readonly signal: AbortSignal;
  readonly heartbeatMs: number;
  /** The id of the last event that the client received. */
  readonly after: number | undefined;
  /** Called at every heartbeat; false ends the stream. */
  readonly mayGoOn: () => Promise<boolean>;
}

/** Below every sequence number: no event of the resource has been sent. */
const NOT_SENT = -1;

const isOver = (record: ProgressRecord) => isSettled(statusesOf(record.states));

/** Whether a client that received event `after` has received the last event of every record. */
export function hasAll(records: readonly ProgressRecord[], after: number | undefined): boolean {
  return after !== undefined && records.every((record) => isOver(record) && record.sequence <= after);
}

/**
 * Yields chunks of an event stream. Between two reads of a slow client only the latest record of each resource is kept.
 * Every heartbeat also reads the records, because a message between processes can get lost.
 */
export async function* followProgress(options: FollowOptions): AsyncGenerator<string, void> {
  const { progress, ids, signal, heartbeatMs, after, mayGoOn } = options;
  const pending = new Map<string, ProgressRecord>();
  // An event id of a stream of several resources says nothing about each of them, so such a stream starts with snapshots.
  const resumed = ids.length === 1 ? after : undefined;
  const sent = new Map(ids.map((id) => [id, { sequence: resumed ?? NOT_SENT, over: false }]));
  let lastId = after ?? 0;
  let heartbeatDue = false;
  let wake = () => {};

  const onRecord = (record: ProgressRecord) => {
    pending.set(record.resourceId, record);
    wake();
  };
  const onHeartbeat = () => {
    heartbeatDue = true;
    wake();
  };
  const onAbort = () => wake();
  const unsubscribes = ids.map((id) => progress.subscribe(id, onRecord));
  const timer = setInterval(onHeartbeat, heartbeatMs);
  signal.addEventListener('abort', onAbort);

  /** Whether to send `record`: it is newer than the last one sent, or the end. Nothing follows the end. */
  function isNews(record: ProgressRecord): boolean {
    const last = sent.get(record.resourceId);
    return last !== undefined && !last.over && (record.sequence > last.sequence || isOver(record));
  }

  /** Yields the pending records as events; the first of each resource is its snapshot. */
  function* deliver(): Generator<string, void> {
    for (const [id, record] of pending) {
      pending.delete(id);
      if (!isNews(record)) continue;
      const event = sent.get(id)?.sequence === NOT_SENT ? 'snapshot' : 'progress';
      sent.set(id, { sequence: record.sequence, over: isOver(record) });
      lastId = Math.max(lastId + 1, record.sequence);
      yield formatEvent({ id: lastId, event, data: toResourceProgress(record) });
    }
  }

  async function refreshOne(id: string): Promise<void> {
    const record = await progress.read(id);
    if (!record) sent.delete(id);
    else if (isNews(record) && record.sequence > (pending.get(id)?.sequence ?? NOT_SENT)) pending.set(id, record);
  }

  /** Reads every record that is not over; a resource without a record is no longer followed. */
  async function refresh(): Promise<void> {
    const open = [...sent].flatMap(([id, { over }]) => (over ? [] : [id]));
    // A record that cannot be read now is read at the next heartbeat.
    await Promise.allSettled(open.map(refreshOne));
  }

  const allOver = () => [...sent.values()].every(({ over }) => over);

  try {
    await refresh();
    if (resumed !== undefined) yield formatComment('resumed');
    yield* deliver();
    while (!signal.aborted && !allOver()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      if (pending.size === 0 && !heartbeatDue) await promise;
      if (signal.aborted) return;
      if (heartbeatDue) {
        heartbeatDue = false;
        // If the check fails the stream goes on, because it was allowed when it began.
        if (!(await mayGoOn().catch(() => true))) return;
        await refresh();
        if (pending.size === 0) yield formatComment('still here');
      }
      yield* deliver();
    }
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', onAbort);
    for (const unsubscribe of unsubscribes) unsubscribe();
  }
}
