/** What the charts of the admin screen show. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  lastOf,
  MINUTE_MS,
  type Minute,
  type Period,
  SHAPES,
  startOf,
  toSeries,
} from '../../console/src/screens/admin/series.ts';

const NOW = Date.parse('2026-11-26T23:30:20Z');
const at = (iso: string, more: Partial<Minute> = {}): Minute => ({
  minute: iso,
  requests: 0,
  client_errors: 0,
  server_errors: 0,
  queue: { waiting: 0, running: 0 },
  progress_reports: 0,
  ...more,
});
const latency = (p95: number) => ({ mean: 1, p50: 1, p95, p99: p95, max: p95 });
const periods = Object.keys(SHAPES) as Period[];

describe('series', () => {
  test('series: of an hour the last point is the present minute, and a quiet minute is zero', () => {
    const series = toSeries([at('2026-11-26T23:30:00Z', { requests: 7, queue: { waiting: 2, running: 9 } })], 'hour', NOW);
    expect(series.times).toHaveLength(60);
    expect(series.times.at(-1)).toBe(Date.parse('2026-11-26T23:30:00Z'));
    expect([series.requests.at(-1), series.requests.at(-2), series.queue.at(-1)]).toEqual([7, 0, 2]);
  });

  test('series: of a day requests are the mean of a minute, latency and queue the worst minute', () => {
    const rows = [
      at('2026-11-26T23:30:00Z', { requests: 30, latency_ms: latency(40), queue: { waiting: 5, running: 0 } }),
      at('2026-11-26T23:02:00Z', {
        requests: 60,
        latency_ms: latency(900),
        queue: { waiting: 3, running: 0 },
        progress_reports: 15,
      }),
    ];
    const series = toSeries(rows, 'day', NOW);
    expect(series.requests.at(-1)).toBe(3);
    expect([series.latency.at(-1), series.queue.at(-1), series.progress.at(-1)]).toEqual([900, 5, 0.5]);
    expect([series.latency.at(-2), series.queue.at(-2)]).toEqual([null, 0]);
    expect(lastOf(series.latency)).toEqual({ index: 47, value: 900 });
  });

  test('series: every minute of a period counts once, and no other one', () => {
    const offset = fc.integer({ min: -2 * 84 * 120, max: 0 });
    const given = fc.uniqueArray(offset, { maxLength: 200 });
    fc.assert(
      fc.property(fc.constantFrom(...periods), given, fc.integer({ min: 0, max: 10 ** 12 }), (period, minutes, now) => {
        const newest = Math.floor(now / MINUTE_MS) * MINUTE_MS;
        const rows = minutes.map((back) => at(new Date(newest + back * MINUTE_MS).toISOString(), { requests: 1 }));
        const { requests, times } = toSeries(rows, period, now);
        const shape = SHAPES[period];
        const within = minutes.filter((back) => back > -shape.points * shape.minutes).length;
        expect(Math.round(requests.reduce<number>((sum, value) => sum + (value ?? 0), 0) * shape.minutes)).toBe(within);
        expect([times[0], times.length]).toEqual([startOf(period, now), shape.points]);
      }),
    );
  });

  test('series: what was never measured has no last value', () => {
    expect(lastOf([null, null])).toBeUndefined();
    expect(lastOf([])).toBeUndefined();
    expect(lastOf([3, 0, null])).toEqual({ index: 1, value: 0 });
  });
});
