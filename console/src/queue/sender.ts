/**
 * Sends what is queued, three documents at once. A refusal that passes (429, a lost connection) holds the queue, and the document
 * is sent when it is over; any other one is the document's own.
 */
import { effect, signal } from '@preact/signals';
import { client } from '../api/client.ts';
import { connection } from '../api/connection.ts';
import { isUnreachable, PharosError, sentenceOf } from '../api/errors.ts';
import { add as texts } from '../texts/add.ts';
import { changeEntry, entries, findEntry, removeEntries, storeEntry } from './entries.ts';
import { byTurn, type Entry, type Phase } from './entry.ts';

const AT_ONCE = 3;
/** Where the server does not say how long. */
const PAUSE_S = 10;

/** Seconds until the server takes more; 0 while it does. */
export const pausedSeconds = signal(0);

const sending = new Map<string, AbortController>();

/** Sends what waits, as far as there is room. Called with every change of the queue. */
function sendNext(): void {
  if (connection.value === 'offline' || pausedSeconds.value > 0) return;
  for (const entry of entries.value.toSorted(byTurn)) {
    if (sending.size >= AT_ONCE) return;
    if (entry.phase.name === 'queued' && !sending.has(entry.key)) void send(entry);
  }
}

async function send(entry: Entry): Promise<void> {
  const { key } = entry;
  const controller = new AbortController();
  sending.set(key, controller);
  changeEntry(key, { phase: { name: 'sending', loaded: 0, total: 0 } });
  try {
    const { id, status, isNew } = await sendSource(entry, controller.signal);
    if (controller.signal.aborted) return;
    if (!isNew) changeEntry(key, { facts: [...entry.facts, texts.known] });
    storeEntry(key, { name: 'stored', id, status });
  } catch (error) {
    if (!controller.signal.aborted) await settle(entry, error, controller.signal);
  } finally {
    sending.delete(key);
    sendNext();
  }
}

function sendSource({ key, source }: Entry, signal: AbortSignal) {
  if (!source) throw new TypeError('an entry without a source cannot be sent');
  // The same key for every attempt: one that arrived without its answer is not stored twice.
  const idempotencyKey = key;
  if (source.kind !== 'file') {
    const body = source.kind === 'url' ? { url: source.url } : { content: source.text };
    return client.create(body, { idempotencyKey, signal });
  }
  return client.upload(source.file, {
    idempotencyKey,
    signal,
    onProgress: ({ loaded, total }) => {
      if (findEntry(key)?.phase.name === 'sending') changeEntry(key, { phase: { name: 'sending', loaded, total } });
    },
  });
}

async function settle({ key, source }: Entry, error: unknown, signal: AbortSignal): Promise<void> {
  // A file that cannot be read looks like a server that does not answer, and would hold the queue for ever.
  if (isUnreachable(error) && source?.kind === 'file' && !(await isReadable(source.file))) {
    if (!signal.aborted) changeEntry(key, { source: undefined, phase: { name: 'refused', reason: texts.refused.unreadable } });
    return;
  }
  const passes = isUnreachable(error) || (error instanceof PharosError && (error.status === 429 || error.status === 503));
  const phase: Phase = passes ? { name: 'queued' } : { name: 'refused', reason: sentenceOf(error) };
  // What the server cannot read it cannot read tomorrow.
  const isUnreadable = error instanceof PharosError && error.status === 415;
  changeEntry(key, { phase, source: isUnreadable ? undefined : source });
  if (passes) pause(error instanceof PharosError ? (error.retryAfter ?? PAUSE_S) : PAUSE_S);
}

const isReadable = (file: File): Promise<boolean> =>
  file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );

let timer: ReturnType<typeof setInterval> | undefined;

function pause(seconds: number): void {
  pausedSeconds.value = Math.max(pausedSeconds.peek(), Math.ceil(seconds));
  timer ??= setInterval(() => {
    pausedSeconds.value -= 1;
    if (pausedSeconds.peek() > 0) return;
    clearInterval(timer);
    timer = undefined;
  }, 1_000);
}

/** Takes back what was not stored yet. */
export function cancelEntry(key: string): void {
  sending.get(key)?.abort(new DOMException('cancelled', 'AbortError'));
  removeEntries(new Set([key]));
}

/** Returns what ends it, with what is being sent. */
export function startSending(): () => void {
  const stop = effect(sendNext);
  return () => {
    stop();
    for (const controller of sending.values()) controller.abort(new DOMException('The session has ended', 'AbortError'));
  };
}
