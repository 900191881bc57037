/** A log for what an attacker can cause at will: the first of a second is written, the others are counted. */
import type { Log, LogFields } from '../../kernel/core/log.ts';
import type { Clock } from '../../kernel/core/ports.ts';

export interface ThrottledLog {
  warning(message: string, fields: LogFields): void;
}

export function createThrottledLog({ clock, log }: { clock: Clock; log: Log }): ThrottledLog {
  let second = -1;
  let left = 0;
  return {
    warning: (message, fields) => {
      const now = Math.floor(clock.now() / 1000);
      if (now === second) {
        left += 1;
        return;
      }
      log.warning(message, { ...fields, ...(left > 0 ? { suppressed: left } : {}) });
      second = now;
      left = 0;
    },
  };
}
