/** Keys that pages name, of any length: PostgreSQL's indexes refuse entries of more than 2,704 bytes. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toStoredKey } from '../../../src/kernel/db/index-keys.ts';
import { findLinksTo, listLinks, replaceLinks } from '../../../src/kernel/db/links.ts';
import { findByIdentifiers, listIdentifiers, replaceIdentifiers } from '../../../src/kernel/db/resource-identifiers.ts';
import { findDuplicate, insertResource } from '../../../src/kernel/db/resources.ts';
import { links, resourceIdentifiers } from '../../../src/kernel/db/schema.sqlite.ts';
import { randomIds } from '../../support/fakes/doubles.ts';
import { insertDocument, insertUser } from '../../support/fixtures/documents.ts';
import { onPostgres, openTestDatabase, type TestDatabase } from '../../support/kits/database.ts';

let database: TestDatabase;
let owner: string;
beforeEach(async () => {
  database = await openTestDatabase();
  owner = await insertUser(database.db);
});
afterEach(() => database.close());

/** Text that no compression of the database shortens. */
const random = (length: number) => randomBytes(length).toString('base64url').slice(0, length);
const urlOf = (length: number) => `url:https://x.example/r?u=${random(length)}`;
const linkTo = (resourceId: string, targetKey: string) => ({
  id: randomIds.next(),
  resourceId,
  ownerId: owner,
  targetKey,
  url: targetKey.slice(4),
  anchor: 'it',
  context: 'see it',
});

describe('keys of any length', () => {
  test('stored key: bounded in bytes, different for different keys, and the same when stored again', async () => {
    const key = fc
      .tuple(fc.constantFrom('url:', 'doi:', 'arxiv:'), fc.string({ unit: 'grapheme', maxLength: 4000, size: 'max' }))
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(key, key, async (a, b) => {
        const [storedA, storedB] = [await toStoredKey(a), await toStoredKey(b)];
        expect(Buffer.byteLength(storedA)).toBeLessThanOrEqual(2000);
        expect(storedA.slice(0, storedA.indexOf(':'))).toBe(a.slice(0, a.indexOf(':')));
        expect(storedA === storedB).toBe(a === b);
        expect(await toStoredKey(storedA)).toBe(storedA);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    10, 1_900, 2_000, 2_600, 2_750, 60_000,
  ])('links and identifiers: a document is found by a URL of %i characters, in either direction', async (length) => {
    const key = urlOf(length);
    const { id: cited } = await insertDocument(database.db, owner, { contentHash: random(20) });
    const { id: citing } = await insertDocument(database.db, owner, { contentHash: random(20) });
    await replaceIdentifiers(database.db, { resourceId: cited, ownerId: owner, keys: [key, key] });
    await replaceLinks(database.db, citing, [linkTo(citing, key)]);
    const stored = await toStoredKey(key);
    expect(await findByIdentifiers(database.db, owner, [key, urlOf(length)])).toEqual([
      { resourceId: cited, key: stored, ownerId: owner },
    ]);
    const [own] = await listLinks(database.db, citing);
    expect([own?.targetKey, own?.url]).toEqual([stored, key.slice(4)]);
    const [incoming] = await findLinksTo(database.db, {
      ownerId: owner,
      keys: await listIdentifiers(database.db, cited),
      limit: 9,
    });
    expect(incoming?.resourceId).toBe(citing);
  });

  test('a URL of any length is recognised when it is sent again', async () => {
    for (const length of [10, 2_750, 18_000]) {
      const { id, ...row } = await insertDocument(database.db, owner, { contentHash: random(20) });
      const sourceKey = urlOf(length);
      const again = { ...row, id: randomIds.next(), sourceKey };
      await insertResource(database.db, again);
      expect((await findDuplicate(database.db, { ownerId: owner, sourceKey, contentHash: null }))?.id).toBe(again.id);
      await expect(insertResource(database.db, { ...again, id: randomIds.next() })).rejects.toThrow();
    }
  });

  // PostgreSQL never had such rows.
  if (!onPostgres)
    test('long keys that an earlier version stored as they are: both sides are still found', async () => {
      const key = urlOf(5_000);
      const { id: cited } = await insertDocument(database.db, owner, { contentHash: random(20) });
      const { id: citing } = await insertDocument(database.db, owner, { contentHash: random(20) });
      await database.db.insert(resourceIdentifiers).values({ resourceId: cited, key, ownerId: owner });
      await database.db.insert(links).values(linkTo(citing, key));
      const stored = await toStoredKey(key);
      expect(await findByIdentifiers(database.db, owner, [key])).toEqual([{ resourceId: cited, key: stored, ownerId: owner }]);
      expect((await listLinks(database.db, citing))[0]?.targetKey).toBe(stored);
      expect(await listIdentifiers(database.db, cited)).toEqual([stored]);
      expect(await findLinksTo(database.db, { ownerId: owner, keys: [key], limit: 9 })).toHaveLength(1);
    });
});
