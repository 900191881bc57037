/** The owner of rows that are found by their keys. */
import { type Column, type Placeholder, type SQL, sql } from 'drizzle-orm';

/**
 * Whether a row is the owner's, for queries that name the keys of their rows: no index answers it. Until PostgreSQL has analysed a
 * table that grew quickly, it takes owners for small: it would read all rows of an owner by the index of owners, and that for each
 * row that they are joined with.
 */
export const isOwnedBy = (column: Column, ownerId: string | Placeholder): SQL => sql`${column} || '' = ${ownerId}`;
