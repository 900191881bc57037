import { DrizzleQueryError } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { isUniqueViolation } from '../../../src/kernel/db/constraint-errors.ts';
import { revocations } from '../../../src/kernel/db/schema.sqlite.ts';
import { openTestDatabase } from '../../support/kits/database.ts';
import { createTestLibrary } from '../../support/kits/library.ts';

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test('isUniqueViolation: true for a second row under the same primary key or unique index', async () => {
  const { db, close } = await openTestDatabase();
  const row = { key: 'a', expiresAt: 1, createdAt: 1 };
  await db.insert(revocations).values(row);
  expect(isUniqueViolation(await failure(Promise.resolve(db.insert(revocations).values(row))))).toBe(true);
  await close();
  const library = await createTestLibrary();
  await library.person('ada');
  expect(isUniqueViolation(await failure(library.person('ada')))).toBe(true);
  await library.close();
});

test('isUniqueViolation: true for PostgreSQL’s 23505, false for other constraints and errors', () => {
  const said = (fields: object) => new DrizzleQueryError('insert', [], Object.assign(new Error('refused'), fields));
  expect(isUniqueViolation(said({ code: '23505' }))).toBe(true);
  expect(isUniqueViolation(said({ code: '23503' }))).toBe(false);
  expect(isUniqueViolation(said({ code: 'SQLITE_CONSTRAINT', extendedCode: 'SQLITE_CONSTRAINT_FOREIGNKEY' }))).toBe(false);
  expect(isUniqueViolation(new Error('UNIQUE constraint failed'))).toBe(false);
  expect(isUniqueViolation('23505')).toBe(false);
});
