/** Bounds on waiting. Work receives an AbortSignal, so that it stops instead of running on unobserved. */

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';

  constructor(ms: number, subject = 'the operation') {
    super(`${subject} did not finish within ${ms} ms`);
  }
}

/** A deadline is waited for in this many parts. */
const PARTS = 10;

/**
 * Calls `work` after `ms` of an event loop that turns. A part that ends late, because this process was busy, counts as if it
 * had ended in time: a reply that has arrived meanwhile is read before the deadline is missed.
 */
function startTimer(ms: number, work: () => void): { stop(): void } {
  const part = Math.max(1, Math.ceil(ms / PARTS));
  let left = ms;
  let timer: ReturnType<typeof setTimeout>;
  function wait(): void {
    const next = Math.min(part, left);
    left -= next;
    timer = setTimeout(() => (left > 0 ? wait() : work()), next);
  }
  wait();
  return { stop: () => clearTimeout(timer) };
}

export interface DeadlineOptions {
  readonly ms: number;
  /** Subject of the error's message: "QStash did not finish within 10000 ms". */
  readonly subject?: string;
}

/**
 * Settles as `work` does, or rejects with DeadlineError after `ms`; the signal given to `work` aborts at the same moment,
 * with the same error as its reason.
 */
export async function withDeadline<T>({ ms, subject }: DeadlineOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = startTimer(ms, () => controller.abort(new DeadlineError(ms, subject)));
  try {
    return await untilAborted(work(controller.signal), controller.signal);
  } finally {
    timer.stop();
  }
}

/** Settles as `work` does, or rejects with the signal's reason once it aborts, even if `work` ignores the signal. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
