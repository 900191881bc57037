/** Logs the start and the end of an outage, one line each, however many failures lie in between. */
import type { Log } from './log.ts';

export interface FailureLog {
  /** Call on every failure; the first of an outage is logged as a warning. */
  failed(error: unknown): void;
  /** Call on every success; the first after an outage is logged. */
  worked(): void;
}

/** `part` is the subject of the log messages, such as "the progress store". */
export function createFailureLog(log: Log, part: string): FailureLog {
  let down = false;
  return {
    failed: (error) => {
      if (down) return;
      down = true;
      log.warning(`${part} fails`, { error });
    },
    worked: () => {
      if (!down) return;
      down = false;
      log.info(`${part} works again`);
    },
  };
}
