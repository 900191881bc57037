/** Whether the server takes no more requests for a while. The client repeats what it may by itself, which would look like a halt. */
import { signal } from '@preact/signals';

/** Seconds until requests pass again; 0 while they do. */
export const limitedSeconds = signal(0);

/** Shorter waits are over before they are read. */
const SHORTEST_S = 2;
/** As long as the client waits; a request that would wait longer fails, and says so itself. */
const LONGEST_S = 60;

let timer: ReturnType<typeof setInterval> | undefined;

/** Notes a refusal by the limit of the account. Other refusals by 429, as of a full queue, concern one operation. */
export function noteLimit({ status, headers }: Response): void {
  if (status !== 429 || headers.get('x-ratelimit-remaining') !== '0') return;
  const seconds = Number(headers.get('retry-after'));
  if (!(seconds >= SHORTEST_S && seconds <= LONGEST_S)) return;
  limitedSeconds.value = Math.max(limitedSeconds.peek(), Math.ceil(seconds));
  timer ??= setInterval(() => {
    limitedSeconds.value -= 1;
    if (limitedSeconds.peek() > 0) return;
    clearInterval(timer);
    timer = undefined;
  }, 1_000);
}
