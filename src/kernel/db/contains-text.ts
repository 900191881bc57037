/**
 * Substrings in any case. `lower()` of SQLite folds ASCII only, that of PostgreSQL what the locale of the database folds. So the
 * pattern names each letter in all its cases, as in `*[äÄ][pP]*`, and is matched by `glob`: SQLite's own function, and one of
 * that name on PostgreSQL (migration 0010).
 */
import { type SQL, sql } from 'drizzle-orm';
import { casesOf } from '../core/letter-case.ts';

/** What `glob` reads as something else than itself. */
const SPECIAL = /[*?[]/;

function globOf(part: string): string {
  const classes = [...part].map((letter) => {
    const cases = casesOf(letter);
    return cases.length > 1 || SPECIAL.test(letter) ? `[${cases.join('')}]` : letter;
  });
  return `*${classes.join('')}*`;
}

/** Whether `text` contains `part`, whatever the case of either. */
export const containsText = (text: SQL, part: string): SQL => sql`glob(${globOf(part)}, ${text})`;
