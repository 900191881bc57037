/** Recognises violated constraints by the codes of SQLite and PostgreSQL. */
import { DrizzleQueryError } from 'drizzle-orm';

const UNIQUE = new Set<unknown>(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', '23505']);

/** Whether a statement failed on a unique index or primary key. */
export function isUniqueViolation(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  if (!(cause instanceof Error)) return false;
  return ('extendedCode' in cause && UNIQUE.has(cause.extendedCode)) || ('code' in cause && UNIQUE.has(cause.code));
}
