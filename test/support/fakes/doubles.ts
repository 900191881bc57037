/** Deterministic ports: a clock that the test moves, counted ids, a log in memory, background work that can be awaited. */
import { randomUUID } from 'node:crypto';
import type { Log, LogFields, LogLevel } from '../../../src/kernel/core/log.ts';
import type { Background, Clock, Ids } from '../../../src/kernel/core/ports.ts';

export interface ManualClock extends Clock {
  /** Lets time pass. */
  advance(ms: number): void;
  /** Lets time pass until `ms`; an earlier time moves the wall clock only. */
  set(ms: number): void;
  /** Moves the wall clock alone, as an administrator or NTP does. */
  step(ms: number): void;
}

export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  let passed = 0;
  return {
    now: () => now,
    monotonic: () => passed,
    advance: (ms) => {
      now += ms;
      passed += ms;
    },
    set: (ms) => {
      passed += Math.max(0, ms - now);
      now = ms;
    },
    step: (ms) => {
      now += ms;
    },
  };
}

/** Valid UUIDs in counting order, so that every run of a failing test shows the same ids. */
export function countedIds(): Ids {
  let count = 0;
  return { next: () => `01900000-0000-7000-8000-${String(++count).padStart(12, '0')}` };
}

export const randomIds: Ids = { next: () => randomUUID() };

export interface MemoryLog extends Log {
  readonly lines: { level: LogLevel; message: string; fields: LogFields }[];
}

export function memoryLog(): MemoryLog {
  const lines: MemoryLog['lines'] = [];
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      lines.push({ level, message, fields });
    };
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warning: at('warning'),
    error: at('error'),
  };
}

export interface TrackedBackground extends Background {
  /** Resolves when all work begun so far has ended; rejects with the first failure. */
  settled(): Promise<void>;
}

export function trackedBackground(): TrackedBackground {
  const running = new Set<Promise<unknown>>();
  const failures: unknown[] = [];
  return {
    run: (_name, work) => {
      const promise = work()
        .catch((error) => failures.push(error))
        .finally(() => running.delete(promise));
      running.add(promise);
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
      if (failures.length > 0) throw failures[0];
    },
  };
}
