/** How many resources each value of a filter would leave. */
import { and, count, eq, isNotNull, max, min, type SQL, sql } from 'drizzle-orm';
import { conditionsOf, type ResourceFilter } from './resource-list.ts';
import { resources } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/** Resources by value. A resource with several values counts for each. */
export type Counts = ReadonlyMap<string, number>;

interface Owned {
  readonly ownerId: string;
  readonly filter: ResourceFilter;
}

const COLUMNS = { category: resources.category, language: resources.language, type: resources.contentType } as const;
/** Documents of more years than these are counted in the first of them. */
const MAX_YEARS = 200;

/** By the value of a column, as it is stored. */
export async function countByColumn(db: Database, column: keyof typeof COLUMNS, { ownerId, filter }: Owned): Promise<Counts> {
  const value = COLUMNS[column];
  const rows = await db
    .select({ value, count: count() })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), isNotNull(value), ...conditionsOf(filter)))
    .groupBy(value);
  return new Map(rows.flatMap((row) => (row.value === null ? [] : [[row.value, row.count] as const])));
}

/** Equal lists of tags are counted by the database, and taken apart here: its functions on JSON differ by dialect. */
export async function countByTag(db: Database, { ownerId, filter }: Owned): Promise<Counts> {
  const list = sql<string>`cast(${resources.tags} as text)`;
  const rows = await db
    .select({ list, count: count() })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), ...conditionsOf(filter)))
    .groupBy(list);
  const counts = new Map<string, number>();
  for (const row of rows)
    for (const tag of new Set(JSON.parse(row.list) as string[])) counts.set(tag, (counts.get(tag) ?? 0) + row.count);
  return counts;
}

/** By the year (UTC) in which they were added. */
export async function countByYear(db: Database, { ownerId, filter }: Owned): Promise<Counts> {
  const where = and(eq(resources.ownerId, ownerId), ...conditionsOf(filter));
  const [span] = await db
    .select({ from: min(resources.createdAt), to: max(resources.createdAt) })
    .from(resources)
    .where(where);
  if (span?.from == null || span.to == null) return new Map();
  const last = new Date(Number(span.to)).getUTCFullYear();
  const first = Math.max(new Date(Number(span.from)).getUTCFullYear(), last - MAX_YEARS);
  const year = yearBetween(first, last);
  const rows = await db.select({ year, count: count() }).from(resources).where(where).groupBy(year);
  return new Map(rows.map((row) => [String(row.year), row.count]));
}

/** Numbers as text: the expression is also grouped by, where PostgreSQL would not take other parameters for the same. */
function yearBetween(first: number, last: number): SQL<number> {
  const cases: string[] = [];
  for (let year = first; year <= last; year++) cases.push(`when created_at < ${Date.UTC(year + 1, 0, 1)} then ${year}`);
  return sql<number>`${sql.raw(`case ${cases.join(' ')} end`)}`;
}
