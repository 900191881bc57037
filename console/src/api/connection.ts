/** Whether the server can be reached: doubted after a request without an answer, and asked for until it answers. */
import { signal } from '@preact/signals';
import { createClient } from '../../../clients/typescript/src/index.ts';
import { noteLimit } from './rate-limit.ts';

export type Connection = 'connected' | 'reconnecting' | 'offline';

export const connection = signal<Connection>('connected');
/** Seconds until the next attempt. */
export const nextAttempt = signal(0);
/** Counts recoveries: an effect that reads it loads again what may have changed meanwhile. */
export const recoveries = signal(0);

/** Waits between attempts in seconds; the last one repeats. */
const WAITS = [1, 2, 4, 8, 15];
/** Answers of a proxy in place of a server that is away. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

/** Every response of the server itself has an id, also one that says that a part of it is not well. */
const isAnswer = ({ headers, status }: Response) => headers.has('x-request-id') || !AWAY.has(status);

/** `fetch` that notices when no answer came. One request may fail for a reason of its own, so the server is asked first. */
export const watchedFetch: typeof fetch = async (...request) => {
  try {
    const response = await fetch(...request);
    noteLimit(response);
    if (isAnswer(response)) answered();
    else doubt();
    return response;
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) doubt();
    throw error;
  }
};

let attempts = 0;
let timer: ReturnType<typeof setInterval> | undefined;
let asking: Promise<boolean> | undefined;

function answered(): void {
  if (connection.peek() === 'connected') return;
  stop();
  attempts = 0;
  connection.value = 'connected';
  recoveries.value += 1;
}

function doubt(): void {
  if (!navigator.onLine) goOffline();
  else if (connection.peek() === 'connected') void tryNow();
}

function unanswered(): void {
  if (!navigator.onLine) {
    goOffline();
    return;
  }
  stop();
  nextAttempt.value = WAITS[Math.min(attempts, WAITS.length - 1)] ?? 1;
  attempts += 1;
  connection.value = 'reconnecting';
  timer = setInterval(() => {
    nextAttempt.value -= 1;
    if (nextAttempt.peek() <= 0) void tryNow();
  }, 1_000);
}

function goOffline(): void {
  stop();
  connection.value = 'offline';
}

function stop(): void {
  clearInterval(timer);
  timer = undefined;
}

/** Asks the server at once. True if it answers. */
export function tryNow(): Promise<boolean> {
  stop();
  nextAttempt.value = 0;
  asking ??= ask();
  return asking;
}

async function ask(): Promise<boolean> {
  let isThere = false;
  const probe = createClient({
    url: location.origin,
    retries: 0,
    timeout: 5_000,
    fetch: async (...request) => {
      const response = await fetch(...request);
      isThere = isAnswer(response);
      return response;
    },
  });
  await probe.get('/health').catch(() => undefined);
  asking = undefined;
  if (isThere) answered();
  else unanswered();
  return isThere;
}

addEventListener('online', tryNow);
addEventListener('offline', goOffline);
