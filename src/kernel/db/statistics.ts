/** Statistics by the minute. Every process adds what it counted, so that the rows are those of all together. */
import { count, desc, lt, sql } from 'drizzle-orm';
import { isUnfinished } from './jobs.ts';
import { jobs, statistics } from './schema.sqlite.ts';
import type { Database, StatisticsRow } from './types.ts';

type Name = Exclude<keyof StatisticsRow, 'minute'>;

/** Of two counts of a minute the larger is kept; all other columns are sums. */
const GREATEST: readonly Name[] = ['latencyMax', 'queued', 'running'];

const column = (name: Name) => statistics[name];
const given = (name: Name) => sql.raw(`excluded.${column(name).name}`);

const merged = (name: Name) =>
  GREATEST.includes(name)
    ? sql`case when ${given(name)} > ${column(name)} then ${given(name)} else ${column(name)} end`
    : sql`${column(name)} + ${given(name)}`;

/** Adds to the row of the minute. */
export async function addStatistics(db: Database, { minute, ...counts }: StatisticsRow): Promise<void> {
  const set = Object.fromEntries((Object.keys(counts) as Name[]).map((name) => [name, merged(name)]));
  await db
    .insert(statistics)
    .values({ minute, ...counts })
    .onConflictDoUpdate({ target: statistics.minute, set });
}

/** The rows of the minutes before `before` that have any, newest first. */
export async function listStatistics(
  db: Database,
  { before, limit }: { before: number; limit: number },
): Promise<StatisticsRow[]> {
  return db.select().from(statistics).where(lt(statistics.minute, before)).orderBy(desc(statistics.minute)).limit(limit);
}

/** The unfinished jobs. Read from an index alone. */
export async function countQueue(db: Database): Promise<{ queued: number; running: number }> {
  const rows = await db.select({ state: jobs.state, count: count() }).from(jobs).where(isUnfinished).groupBy(jobs.state);
  const of = (state: string) => rows.find((row) => row.state === state)?.count ?? 0;
  return { queued: of('queued'), running: of('running') };
}
