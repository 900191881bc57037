/**
 * Counts requests in memory and adds them to the rows of their minutes every ten seconds: no request writes. On Workers nothing
 * runs between requests, so that the first request of ten seconds writes for the others of its isolate, after its response.
 */
import type { Background, Clock } from '../../kernel/core/ports.ts';
import { MINUTE_MS } from '../../kernel/core/time.ts';
import { addStatistics, countQueue } from '../../kernel/db/statistics.ts';
import type { Database, StatisticsRow } from '../../kernel/db/types.ts';
import { HEALTH_PATHS } from './health.ts';

export const WRITE_MS = 10_000;

/** Minutes that memory keeps while the database cannot be written. */
const KEPT_MINUTES = 60;

/** What monitoring, workers and pages ask for by themselves. */
const UNCOUNTED = new Set<string>([...HEALTH_PATHS, '/jobs/limits', '/assets/*']);
const REPORTS = '/jobs/progress';

export interface CountedRequest {
  /** The pattern of the route. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

export interface Statistics {
  count(request: CountedRequest): void;
  /** Writes what was counted since. Rejects if the database cannot be written; nothing is lost then. */
  write(): Promise<void>;
  /** Notes how many jobs wait and run now. */
  sampleQueue(): Promise<void>;
}

type Counts = { -readonly [Name in keyof StatisticsRow]: number };

/** The upper bounds of the columns of latencies. */
export const LATENCIES = [
  ['within10', 10],
  ['within50', 50],
  ['within100', 100],
  ['within250', 250],
  ['within1000', 1_000],
  ['within5000', 5_000],
  ['slower', Number.POSITIVE_INFINITY],
] as const satisfies readonly (readonly [keyof StatisticsRow, number])[];

const minuteOf = (now: number) => Math.floor(now / MINUTE_MS) * MINUTE_MS;

const emptyRow = (minute: number): Counts => ({
  minute,
  requests: 0,
  clientErrors: 0,
  serverErrors: 0,
  latencySum: 0,
  latencyMax: 0,
  within10: 0,
  within50: 0,
  within100: 0,
  within250: 0,
  within1000: 0,
  within5000: 0,
  slower: 0,
  queued: 0,
  running: 0,
  progressReports: 0,
});

interface Dependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly background: Background;
  /** See Adapters.isolatedRequests. */
  readonly isolatedRequests?: boolean;
  /** Waits so many milliseconds. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

const wait = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

export function createStatistics(dependencies: Dependencies): Statistics {
  const { db, clock, background, isolatedRequests = false, pause = wait } = dependencies;
  let pending = new Map<number, Counts>();
  let writesAt: number | undefined;

  function rowOf(minute: number): Counts {
    const row = pending.get(minute) ?? emptyRow(minute);
    pending.set(minute, row);
    for (const oldest of pending.keys()) {
      if (pending.size <= KEPT_MINUTES) break;
      pending.delete(oldest);
    }
    return row;
  }

  async function write(): Promise<void> {
    const rows = [...pending.values()];
    pending = new Map();
    for (const [index, row] of rows.entries()) {
      try {
        await addStatistics(db, row);
      } catch (error) {
        for (const { minute, ...left } of rows.slice(index)) add(rowOf(minute), left);
        throw error;
      }
    }
  }

  /** In the scope of this request, whose database stays open until then. */
  function writeSoon(): void {
    const now = clock.monotonic();
    // After twice the time: a request whose work the platform ended never wrote.
    if (writesAt !== undefined && now < writesAt + WRITE_MS) return;
    writesAt = now + WRITE_MS;
    background.run('write statistics', async () => {
      await pause(WRITE_MS);
      writesAt = undefined;
      await write();
    });
  }

  return {
    count: ({ route, status, ms }) => {
      if (UNCOUNTED.has(route)) return;
      const row = rowOf(minuteOf(clock.now()));
      if (route === REPORTS) row.progressReports += 1;
      else {
        row.requests += 1;
        if (status >= 500) row.serverErrors += 1;
        else if (status >= 400) row.clientErrors += 1;
        row.latencySum += ms;
        row.latencyMax = Math.max(row.latencyMax, ms);
        const [bucket] = LATENCIES.find(([, bound]) => ms <= bound) ?? ['slower'];
        row[bucket] += 1;
      }
      if (isolatedRequests) writeSoon();
    },
    write,
    sampleQueue: async () => {
      const { queued, running } = await countQueue(db);
      if (queued + running === 0) return;
      const row = rowOf(minuteOf(clock.now()));
      row.queued = Math.max(row.queued, queued);
      row.running = Math.max(row.running, running);
    },
  };
}

/** As `addStatistics` adds. */
function add(row: Counts, more: Omit<Counts, 'minute'>): void {
  for (const [name, value] of Object.entries(more) as [Exclude<keyof Counts, 'minute'>, number][]) {
    const isGreatest = name === 'latencyMax' || name === 'queued' || name === 'running';
    row[name] = isGreatest ? Math.max(row[name], value) : row[name] + value;
  }
}
