/** Bounds on waiting. Work receives an AbortSignal, so that it stops instead of running on unobserved. */

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';

  constructor(ms: number, subject = 'the operation') {
    super(`${subject} did not finish within ${ms} ms`);
  }
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
  const timer = setTimeout(() => controller.abort(new DeadlineError(ms, subject)), ms);
  try {
    return await untilAborted(work(controller.signal), controller.signal);
  } finally {
    clearTimeout(timer);
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
