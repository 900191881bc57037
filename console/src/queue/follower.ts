/**
 * Follows the documents in work over one event stream. A stream that breaks is opened again as soon as the server answers, and
 * begins with a snapshot, so that lost events do no harm.
 */
import { effect } from '@preact/signals';
import type { ResourceProgress } from '../../../clients/typescript/src/index.ts';
import { client } from '../api/client.ts';
import { connection, recoveries } from '../api/connection.ts';
import { PharosError } from '../api/errors.ts';
import { add as texts } from '../texts/add.ts';
import { announce, changeEntry, entries, removeEntries } from './entries.ts';
import { byTurn, type Entry, idOf, isFollowed, kindOf } from './entry.ts';
import { describeReady } from './ready.ts';

/** The API's limit of one stream. */
const MOST_IDS = 100;
/** Documents that arrive together are followed together. */
const GATHER_MS = 250;
const AGAIN_MS = 2_000;

let following: { readonly ids: ReadonlySet<string>; readonly stop: AbortController } | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Returns what ends it, with the stream that is open: nothing of a session is asked for after it. */
export function startFollowing(): () => void {
  const stop = effect(() => {
    // After the connection was lost, a new stream tells sooner than the old one.
    const isRestart = recoveries.value !== seenRecoveries;
    seenRecoveries = recoveries.value;
    if (isRestart) following?.stop.abort();
    if (connection.value !== 'connected') return;
    const wanted = wantedIds(entries.value);
    if (wanted.length === 0 || (!isRestart && isCovered(wanted))) return;
    clearTimeout(timer);
    timer = setTimeout(follow, GATHER_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
    following?.stop.abort();
    following = undefined;
  };
}

let seenRecoveries = recoveries.peek();

/** Oldest first: the server works in that order. */
const wantedIds = (all: readonly Entry[]): string[] =>
  all
    .filter(isFollowed)
    .sort(byTurn)
    .flatMap((entry) => idOf(entry) ?? [])
    .slice(0, MOST_IDS);

const isCovered = (wanted: readonly string[]): boolean =>
  following !== undefined && !following.stop.signal.aborted && wanted.every((id) => following?.ids.has(id));

async function follow(): Promise<void> {
  const ids = wantedIds(entries.peek());
  if (ids.length === 0 || isCovered(ids)) return;
  following?.stop.abort();
  const stop = new AbortController();
  const current = { ids: new Set(ids), stop };
  following = current;
  let again = 0;
  try {
    for await (const progress of client.progress(ids, { signal: stop.signal })) noteProgress(progress);
    await forgetDeleted(ids);
  } catch (error) {
    if (stop.signal.aborted) return;
    if (error instanceof PharosError && error.status === 404) await forgetDeleted(ids);
    again = error instanceof PharosError && error.retryAfter !== undefined ? error.retryAfter * 1_000 : AGAIN_MS;
  }
  if (following !== current) return;
  following = undefined;
  if (wantedIds(entries.peek()).length > 0) timer = setTimeout(follow, Math.max(again, GATHER_MS));
}

/** A document that was deleted elsewhere has no events. */
async function forgetDeleted(ids: readonly string[]): Promise<void> {
  const open = new Set(wantedIds(entries.peek()));
  for (const id of ids.filter((each) => open.has(each))) {
    try {
      noteProgress(await client.get('/resources/{id}/progress', { params: { path: { id } } }));
    } catch (error) {
      if (!(error instanceof PharosError) || error.status !== 404) return;
      removeEntries(new Set(entries.peek().flatMap((entry) => (idOf(entry) === id ? [entry.key] : []))));
    }
  }
}

function noteProgress(progress: ResourceProgress): void {
  const entry = entries.peek().find((one) => idOf(one) === progress.resource_id);
  if (entry?.phase.name !== 'stored') return;
  const before = kindOf(entry);
  const phase = { ...entry.phase, progress };
  changeEntry(entry.key, { phase });
  const now = kindOf({ ...entry, phase });
  if (now === before) return;
  if (now === 'ready') {
    announce(texts.isReady(entry.title));
    void describeReady(entry.key, progress.resource_id);
  } else if (now === 'needs') announce(texts.hasFailed(entry.title));
}
