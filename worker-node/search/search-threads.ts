/** The threads that search. An owner's library lives in one of them; a thread that ends is replaced, and asked again once. */
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { createMemoryLedger, type HeldLibrary, type MemoryLedger } from './memory-ledger.ts';
import type { FromThread, Outcome, Question, QuestionKind, Questions, ToThread } from './thread-messages.ts';

export interface SearchThread {
  post(message: ToThread): void;
  /** Ends it at once. */
  terminate(): void;
}

export interface ThreadEvents {
  message(message: FromThread): void;
  /** Called once, whatever ended the thread. */
  exit(error: unknown): void;
}

export type StartSearchThread = (events: ThreadEvents) => SearchThread;

/** An answer, or the model of the library's vectors where the question's vector is another one's. */
export type Answered<K extends QuestionKind> =
  | { readonly kind: 'answered'; readonly answer: Questions[K]['answer'] }
  | Extract<Outcome, { kind: 'other_model' }>;

export interface SearchThreads {
  /**
   * Throws AppError: `unavailable` where too many wait, where the answer is late, or where two threads ended over the question; what
   * the question is refused by otherwise. Rejects with the signal's reason once it fires.
   */
  ask<K extends QuestionKind>(kind: K, request: Questions[K]['request'], signal?: AbortSignal): Promise<Answered<K>>;
  /** Gives the library's memory back. */
  evict(ownerId: string): void;
  state(): ReturnType<MemoryLedger['state']> & { readonly threads: number; readonly waiting: number };
  /** Lets the threads write their snapshots. */
  close(): Promise<void>;
}

export interface SearchThreadsDependencies {
  readonly start: StartSearchThread;
  readonly count: number;
  /** Of all libraries together. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  sleep(ms: number): Promise<unknown>;
  /** The vector of a text by the model; null where it cannot be had. */
  embed(text: string, model: string): Promise<Float32Array | null>;
  /** Questions that one thread may have. Default 256. */
  readonly maxWaiting?: number;
}

const MAX_WAITING = 256;
/** Milliseconds until an answer is late. */
const DEADLINE_MS = 10_000;
/** Milliseconds before a thread is replaced that ended sooner than that after its start; doubled each time in a row, up to the maximum. */
const RESTART_MS = 1_000;
const MAX_RESTART_MS = 30_000;
/** Milliseconds that threads may take to write their snapshots at the end. */
const CLOSING_MS = 5_000;

interface Waiting {
  readonly question: Question;
  readonly expiresAt: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
  attempts: number;
}

/** One place for a thread, and the questions that it has not answered. */
interface Place {
  readonly index: number;
  readonly waiting: Map<number, Waiting>;
  thread: SearchThread | undefined;
  /** Threads in a row that ended soon after their start. */
  failedStarts: number;
  ended: Promise<void>;
}

export function createSearchThreads(dependencies: SearchThreadsDependencies): SearchThreads {
  const { count, maxBytes, clock, log, sleep, embed, maxWaiting = MAX_WAITING } = dependencies;
  const ledger = createMemoryLedger({ maxBytes });
  let lastId = 0;
  let closing = false;
  const places = Array.from({ length: count }, (_, index): Place => {
    return { index, waiting: new Map(), thread: undefined, failedStarts: 0, ended: Promise.resolve() };
  });
  for (const place of places) start(place);

  function start(place: Place): void {
    const startedAt = clock.monotonic();
    const ended = Promise.withResolvers<void>();
    place.ended = ended.promise;
    place.thread = dependencies.start({
      message: (message) => void receive(place, message),
      exit: (error) => {
        place.thread = undefined;
        ended.resolve();
        ledger.forget(place.index);
        if (!closing) void replace(place, error, clock.monotonic() - startedAt);
      },
    });
    for (const [id, waiting] of place.waiting) send(place, id, waiting);
  }

  /** A question over which two threads ended is refused: it may be what ends them. */
  async function replace(place: Place, error: unknown, livedMs: number): Promise<void> {
    log.error('search thread ended', { thread: place.index, waiting: place.waiting.size, error });
    for (const [id, waiting] of place.waiting) {
      if (waiting.attempts < 2) continue;
      place.waiting.delete(id);
      waiting.reject(unavailable('The search failed', error));
    }
    place.failedStarts = livedMs < RESTART_MS ? place.failedStarts + 1 : 0;
    if (place.failedStarts > 0) await sleep(Math.min(MAX_RESTART_MS, RESTART_MS * 2 ** (place.failedStarts - 1)));
    if (!closing) start(place);
  }

  function send({ thread }: Place, id: number, waiting: Waiting): void {
    if (!thread) return;
    waiting.attempts += 1;
    const { question, expiresAt } = waiting;
    thread.post({ kind: 'ask', id, question, expiresAt });
  }

  async function receive(place: Place, message: FromThread): Promise<void> {
    switch (message.kind) {
      case 'answer': {
        const waiting = place.waiting.get(message.id);
        place.waiting.delete(message.id);
        waiting?.resolve(message.outcome);
        return;
      }
      case 'embed': {
        const vector = await embed(message.text, message.model).catch(() => null);
        place.thread?.post({ kind: 'embedded', id: message.id, vector });
        return;
      }
      case 'size':
        for (const held of ledger.note({ ownerId: message.ownerId, thread: place.index }, message.size)) give(held);
    }
  }

  const give = ({ ownerId, thread }: HeldLibrary) => places[thread]?.thread?.post({ kind: 'evict', ownerId });

  const placeOf = (ownerId: string) => places[hash(ownerId) % count] as Place;

  async function ask<K extends QuestionKind>(
    kind: K,
    request: Questions[K]['request'],
    signal?: AbortSignal,
  ): Promise<Answered<K>> {
    signal?.throwIfAborted();
    const place = placeOf(request.owner_id);
    if (closing || place.waiting.size >= maxWaiting) throw unavailable('Too many searches are waiting');
    ledger.use(request.owner_id);
    const id = ++lastId;
    const question = { kind, request } as Question;
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const waiting: Waiting = { question, expiresAt: clock.now() + DEADLINE_MS, resolve, reject, attempts: 0 };
    place.waiting.set(id, waiting);
    const timer = setTimeout(() => reject(unavailable('The search takes too long')), DEADLINE_MS);
    const onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    send(place, id, waiting);
    try {
      return settle<K>(await promise);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      place.waiting.delete(id);
    }
  }

  return {
    ask,
    evict: (ownerId) => placeOf(ownerId).thread?.post({ kind: 'evict', ownerId }),
    state: () => {
      const waiting = places.reduce((sum, place) => sum + place.waiting.size, 0);
      return { threads: places.filter(({ thread }) => thread).length, waiting, ...ledger.state() };
    },
    close: async () => {
      closing = true;
      for (const { thread, waiting } of places) {
        for (const { reject } of waiting.values()) reject(unavailable('The worker is stopping'));
        thread?.post({ kind: 'close' });
      }
      const timer = setTimeout(() => {
        for (const { thread } of places) thread?.terminate();
      }, CLOSING_MS);
      await Promise.all(places.map(({ ended, thread }) => thread && ended));
      clearTimeout(timer);
    },
  };
}

function settle<K extends QuestionKind>(outcome: Outcome): Answered<K> {
  switch (outcome.kind) {
    case 'answered':
    case 'other_model':
      return outcome as Answered<K>;
    case 'refused':
      throw new AppError(outcome.code, outcome.detail, outcome.options);
    case 'failed':
      throw new Error(`a search thread failed: ${outcome.message}`);
  }
}

const unavailable = (detail: string, cause?: unknown) =>
  new AppError('unavailable', detail, { retryAfter: 1, ...(cause === undefined ? {} : { cause }) });

/** FNV-1a, of 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
