import { z } from 'zod';
import { toIso } from '../../kernel/core/time.ts';
import { listStatistics } from '../../kernel/db/statistics.ts';
import type { StatisticsRow } from '../../kernel/db/types.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { LATENCIES } from './statistics.ts';

const DAY_OF_MINUTES = 1_440;

const latency = z.int().meta({ description: 'Milliseconds that so many requests took at most' });

const minuteSchema = z
  .object({
    minute: z.iso.datetime().meta({ description: 'Its beginning' }),
    requests: z.int(),
    client_errors: z.int().meta({ description: 'Responses 400 to 499' }),
    server_errors: z.int().meta({ description: 'Responses 500 to 599' }),
    latency_ms: z.object({ mean: z.number(), p50: latency, p95: latency, p99: latency, max: z.int() }).optional(),
    queue: z.object({ waiting: z.int(), running: z.int() }).meta({ description: 'The most jobs that were counted' }),
    progress_reports: z.int().meta({ description: 'Reports of the worker about documents' }),
  })
  .meta({ id: 'MinuteStatistics' });

export const readStatistics = operation({
  name: 'monitoring.statistics',
  scope: 'admin',
  summary: 'Read statistics by the minute',
  description:
    'What all processes and isolates did, newest minute first; kept for 7 days. A minute without requests and jobs has no row. ' +
    'Counts of the last ten seconds may be missing.',
  destructive: false,
  input: z.object({
    limit: z.coerce.number().int().min(1).max(DAY_OF_MINUTES).default(60),
    before: z.iso.datetime({ offset: true }).max(64).optional().meta({ description: 'Minutes that began earlier. Default: now' }),
  }),
  output: z.object({ minutes: z.array(minuteSchema) }).meta({ id: 'Statistics' }),
  run: async ({ db, clock }: Pick<AppContext, 'db' | 'clock'> & Caller, { limit, before }) => {
    const until = before === undefined ? clock.now() + 1 : Date.parse(before);
    return { minutes: (await listStatistics(db, { before: until, limit })).map(toBody) };
  },
});

function toBody(row: StatisticsRow): z.input<typeof minuteSchema> {
  return {
    minute: toIso(row.minute),
    requests: row.requests,
    client_errors: row.clientErrors,
    server_errors: row.serverErrors,
    ...(row.requests === 0 ? {} : { latency_ms: latencyOf(row) }),
    queue: { waiting: row.queued, running: row.running },
    progress_reports: row.progressReports,
  };
}

function latencyOf(row: StatisticsRow) {
  const { requests, latencySum, latencyMax } = row;
  /** The bound of the column in which the request of that rank lies. */
  const percentile = (share: number) => {
    let left = Math.ceil(requests * share);
    for (const [name, bound] of LATENCIES) {
      left -= row[name];
      if (left <= 0) return Math.min(bound, latencyMax);
    }
    return latencyMax;
  };
  const mean = Math.round((latencySum / requests) * 10) / 10;
  return { mean, p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99), max: latencyMax };
}
