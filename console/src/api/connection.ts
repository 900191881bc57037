/** Whether the server can be reached: learnt from every request, and asked for while it cannot. */
import { signal } from '@preact/signals';
import { createClient } from '../../../clients/typescript/src/index.ts';

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

/** `fetch` that tells whether the server answered. */
export const watchedFetch: typeof fetch = async (...request) => {
  try {
    const response = await fetch(...request);
    if (AWAY.has(response.status)) lost();
    else heard();
    return response;
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) lost();
    throw error;
  }
};

const probe = createClient({ url: location.origin, retries: 0, timeout: 5_000, fetch: watchedFetch });
let attempts = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function heard(): void {
  if (connection.peek() === 'connected') return;
  stop();
  attempts = 0;
  connection.value = 'connected';
  recoveries.value += 1;
}

function lost(): void {
  if (!navigator.onLine) {
    stop();
    connection.value = 'offline';
  } else if (timer === undefined) wait();
}

function wait(): void {
  nextAttempt.value = WAITS[Math.min(attempts, WAITS.length - 1)] ?? 1;
  attempts += 1;
  connection.value = 'reconnecting';
  timer = setInterval(() => {
    nextAttempt.value -= 1;
    if (nextAttempt.peek() <= 0) tryNow();
  }, 1_000);
}

function stop(): void {
  clearInterval(timer);
  timer = undefined;
}

/** Asks the server at once. `watchedFetch` hears the outcome. */
export function tryNow(): void {
  stop();
  nextAttempt.value = 0;
  probe.get('/health').catch(() => undefined);
}

addEventListener('online', tryNow);
addEventListener('offline', lost);
