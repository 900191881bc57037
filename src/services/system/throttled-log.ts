/** A log for events that an attacker can cause at will: writes the first of each second and counts the others. */
import type { Log, LogFields } from '../../kernel/core/log.ts';
import type { Clock } from '../../kernel/core/ports.ts';

export interface ThrottledLog {
  /** `suppressed` in the fields: events since the last line that were not written. */
  warning(message: string, fields: LogFields): void;
}

export function createThrottledLog({ clock, log }: { clock: Clock; log: Log }): ThrottledLog {
  let second = -1;
  let suppressed = 0;
  return {
    warning: (message, fields) => {
      const now = Math.floor(clock.monotonic() / 1000);
      if (now === second) {
        suppressed += 1;
        return;
      }
      log.warning(message, { ...fields, ...(suppressed > 0 ? { suppressed } : {}) });
      second = now;
      suppressed = 0;
    },
  };
}
