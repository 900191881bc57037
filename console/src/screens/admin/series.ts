/** Statistics by the minute as the charts show them: a fixed number of points over a period, the last one ends now. */
import type { components } from '../../../../clients/typescript/src/index.ts';

export type Minute = components['schemas']['MinuteStatistics'];
export type Period = 'hour' | 'day' | 'week';
export const CHARTS = ['requests', 'latency', 'queue', 'progress'] as const;
export type Chart = (typeof CHARTS)[number];

export const MINUTE_MS = 60_000;

interface Shape {
  readonly points: number;
  readonly minutes: number;
}

export const SHAPES: Readonly<Record<Period, Shape>> = {
  hour: { points: 60, minutes: 1 },
  day: { points: 48, minutes: 30 },
  week: { points: 84, minutes: 120 },
};

/** One value for each point; null where nothing was measured. */
export interface Series extends Readonly<Record<Chart, readonly (number | null)[]>> {
  /** When each point begins, in milliseconds. */
  readonly times: readonly number[];
}

/** When the first point of a period begins. */
export const startOf = (period: Period, now: number): number => {
  const { points, minutes } = SHAPES[period];
  return (Math.floor(now / MINUTE_MS) + 1 - points * minutes) * MINUTE_MS;
};

/** Requests and progress are means of a minute; of latency and queue the worst minute counts. A minute without a row was quiet. */
export function toSeries(rows: readonly Minute[], period: Period, now: number): Series {
  const { points, minutes } = SHAPES[period];
  const start = startOf(period, now);
  const width = minutes * MINUTE_MS;
  const of = Map.groupBy(rows, ({ minute }) => Math.floor((Date.parse(minute) - start) / width));
  const each = <T>(value: (found: readonly Minute[]) => T): T[] =>
    Array.from({ length: points }, (_, index) => value(of.get(index) ?? []));
  const sum = (found: readonly Minute[], value: (minute: Minute) => number) =>
    found.reduce((total, minute) => total + value(minute), 0);
  const most = (found: readonly Minute[], value: (minute: Minute) => number) => Math.max(0, ...found.map(value));
  return {
    times: Array.from({ length: points }, (_, index) => start + index * width),
    requests: each((found) => sum(found, ({ requests }) => requests) / minutes),
    latency: each((found) => {
      const measured = found.flatMap(({ latency_ms }) => (latency_ms ? [latency_ms.p95] : []));
      return measured.length === 0 ? null : Math.max(...measured);
    }),
    queue: each((found) => most(found, ({ queue }) => queue.waiting)),
    progress: each((found) => sum(found, ({ progress_reports }) => progress_reports) / minutes),
  };
}

/** The last value that was measured, with its place. */
export function lastOf(values: readonly (number | null)[]): { readonly index: number; readonly value: number } | undefined {
  const index = values.findLastIndex((value) => value !== null);
  const value = values[index];
  return value === null || value === undefined ? undefined : { index, value };
}

/** Whole numbers, and one decimal below ten. */
export const shown = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
