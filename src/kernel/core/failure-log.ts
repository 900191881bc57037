/** One warning when something goes down and one line when it is back, however often it is tried in between. */
import type { Log } from './log.ts';

export interface FailureLog {
  /** Call for every failure; the first one of an outage is logged. */
  failed(error: unknown): void;
  /** Call for every success; the first one after an outage is logged. */
  worked(): void;
}

/** `part` reads as the subject of a sentence: "the progress store". */
export function createFailureLog(log: Log, part: string): FailureLog {
  let down = false;
  return {
    failed: (error) => {
      if (down) return;
      down = true;
      log.warning(`${part} is away`, { error });
    },
    worked: () => {
      if (!down) return;
      down = false;
      log.info(`${part} is back`);
    },
  };
}
