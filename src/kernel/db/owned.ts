/** The owner of rows that are found by their keys. */
import { type Column, type Placeholder, type SQL, sql } from 'drizzle-orm';

/**
 * Whether a row is the owner's, for queries that name the keys of their rows: no index answers it. Both databases otherwise may
 * read all that an owner has by the index of owners, and join that with itself: SQLite because it knows no numbers of rows, and
 * PostgreSQL until it has analysed a table that grew quickly.
 */
export const isOwnedBy = (column: Column, ownerId: string | Placeholder): SQL => sql`${column} || '' = ${ownerId}`;
