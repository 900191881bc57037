/** How many resources each value of a filter would leave. */
import { and, count, eq, max, min, type SQL, sql } from 'drizzle-orm';
import { conditionsOf, type ResourceFilter } from './resource-list.ts';
import { resources } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/** Resources by value. A resource with several values counts for each. */
export type Counts = ReadonlyMap<string, number>;

export const FACETS = ['category', 'tag', 'language', 'type', 'year'] as const;
export type Facet = (typeof FACETS)[number];

/** Documents of more years than these are counted in the first of them. */
const MAX_YEARS = 200;

/**
 * Counts the values of the named facets by one pass over the owner's resources: rows are wide, and reading them takes the time.
 * A type is as it is stored, a year (UTC) that in which a resource was added.
 */
export async function countFacets(
  db: Database,
  { ownerId, filter, facets }: { ownerId: string; filter: ResourceFilter; facets: readonly Facet[] },
): Promise<ReadonlyMap<Facet, Counts>> {
  const counts = new Map(facets.map((facet) => [facet, new Map<string, number>()]));
  if (facets.length === 0) return counts;
  const year = facets.includes('year') ? await yearOf(db, ownerId) : undefined;
  const { category, language, contentType: type } = resources;
  // Equal lists of tags are counted by the database, and taken apart here: its functions on JSON differ by dialect.
  const tag = sql<string>`cast(${resources.tags} as text)`;
  const columns = Object.fromEntries(facets.flatMap((facet) => columnOf(facet) ?? []));
  const values = Object.values(columns);
  if (values.length === 0) return counts;
  const rows = await db
    .select({ ...columns, count: count() })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), ...conditionsOf(filter)))
    .groupBy(...values);
  for (const row of rows)
    for (const [facet, tally] of counts)
      for (const value of valuesOf(facet, (row as Partial<Record<Facet, unknown>>)[facet]))
        tally.set(value, (tally.get(value) ?? 0) + row.count);
  return counts;

  function columnOf(facet: Facet) {
    const column = { category, language, type, tag, year }[facet];
    return column && [[facet, column] as const];
  }
}

function valuesOf(facet: Facet, value: unknown): Iterable<string> {
  if (value === null || value === undefined) return [];
  return facet === 'tag' ? new Set(JSON.parse(String(value)) as string[]) : [String(value)];
}

/**
 * An expression of the year; undefined where nothing was added yet. Its numbers are text: it is also grouped by, where PostgreSQL
 * would not take other parameters for the same.
 */
async function yearOf(db: Database, ownerId: string): Promise<SQL<number> | undefined> {
  const [span] = await db
    .select({ from: min(resources.createdAt), to: max(resources.createdAt) })
    .from(resources)
    .where(eq(resources.ownerId, ownerId));
  if (span?.from == null || span.to == null) return undefined;
  const last = new Date(Number(span.to)).getUTCFullYear();
  const first = Math.max(new Date(Number(span.from)).getUTCFullYear(), last - MAX_YEARS);
  const cases: string[] = [];
  for (let year = first; year <= last; year++) cases.push(`when created_at < ${Date.UTC(year + 1, 0, 1)} then ${year}`);
  return sql<number>`${sql.raw(`case ${cases.join(' ')} end`)}`;
}
