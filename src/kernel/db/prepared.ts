/**
 * Queries that are asked again and again. Drizzle takes longer to write the SQL of one than SQLite takes to answer it, and
 * PostgreSQL is asked twice for a query that its connection does not keep.
 */
import { type Placeholder, sql } from 'drizzle-orm';
import type { Database } from './types.ts';

interface Preparable<Query> {
  prepare(): Query;
}

/** What `build` makes of a database and a size, prepared once for each. There must be few sizes. */
export function prepared<Query>(
  build: (db: Database, size: number) => Preparable<Query>,
): (db: Database, size?: number) => Query {
  const ofDatabases = new WeakMap<Database, Map<number, Query>>();
  return (db, size = 0) => {
    const known = ofDatabases.get(db) ?? new Map<number, Query>();
    ofDatabases.set(db, known);
    const query = known.get(size) ?? keep(build(db, size));
    known.set(size, query);
    return query;
  };
}

/** Drizzle keeps a statement on connections to PostgreSQL where it has a name, whatever that is. SQLite's takes none. */
function keep<Query>(query: Preparable<Query>): Query {
  const prepare: (name: string) => Query = query.prepare;
  return prepare.call(query, 'kept');
}

/** Placeholders of so many values are in a query at least. */
const LEAST_VALUES = 8;

/** How many placeholders a query for so many values has: a power of two, so that few queries are prepared. */
export const placeholdersFor = (values: number): number => 2 ** Math.ceil(Math.log2(Math.max(LEAST_VALUES, values)));

/** Placeholders of `keysFor`. */
export const keyPlaceholders = (size: number): Placeholder[] =>
  Array.from({ length: size }, (_, i) => sql.placeholder(`key${i}`));

/** Values of `keyPlaceholders` for at least one key and at most `size`: the last is repeated. */
export const keysFor = (keys: readonly number[], size: number): Record<string, number | undefined> =>
  Object.fromEntries(Array.from({ length: size }, (_, i) => [`key${i}`, keys[i] ?? keys.at(-1)]));
