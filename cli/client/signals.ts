/** Work that a signal must not cut in two, such as the renewal of a login, whose old token the server has used up. */
import process from 'node:process';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs `work` to its end although a signal comes, which then ends the process. A second signal ends it at once. */
export async function undisturbed<T>(work: () => Promise<T>): Promise<T> {
  let received: NodeJS.Signals | undefined;
  const hold = (signal: NodeJS.Signals) => {
    if (received !== undefined) return pass(signal);
    received = signal;
  };
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, hold);
  };
  /** To other listeners, or to the default, which ends the process. */
  const pass = (signal: NodeJS.Signals) => {
    release();
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, hold);
  try {
    return await work();
  } finally {
    if (received === undefined) release();
    else pass(received);
  }
}
