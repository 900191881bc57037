/** How long a document still takes, in words. */
import type { ResourceProgress } from '../../../../clients/typescript/src/index.ts';
import { setbackOf } from '../../queue/entry.ts';
import { add as texts } from '../../texts/add.ts';

/** `isStale`: the server is away, and the time that it told has passed since. */
export function timeLeft(progress: ResourceProgress | undefined, isStale: boolean): string {
  const { row } = texts;
  if (isStale) return row.notKnown;
  if (setbackOf(progress) !== undefined) return row.again;
  if (!progress || progress.overall_status === 'pending') return progress?.percent ? duration(progress.eta_seconds) : row.next;
  return duration(progress.eta_seconds);
}

function duration(seconds: number | null): string {
  const { row } = texts;
  if (seconds === null) return row.notKnown;
  if (seconds < 1) return row.soon;
  if (seconds < 60) return row.seconds(seconds);
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? row.minutes(minutes) : row.hours(Math.ceil(minutes / 60));
}
