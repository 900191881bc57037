import { type SQL, sql } from 'drizzle-orm';
import type { resources } from './schema.sqlite.ts';

/** Whether a JSON list of strings contains `value`: inside an element, an unescaped quote never follows `[` or `,`. */
export function jsonContains(column: typeof resources.tags | typeof resources.edited, value: string): SQL {
  const element = JSON.stringify(value);
  // PostgreSQL keeps JSON as it was written, but does not cast it to text implicitly.
  const list = sql`cast(${column} as text)`;
  return sql`(replace(${list}, ${`[${element}`}, '') <> ${list} or replace(${list}, ${`,${element}`}, '') <> ${list})`;
}
