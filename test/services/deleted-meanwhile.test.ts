import { afterEach, beforeEach, expect, test } from 'vitest';
import { deleteResource } from '../../src/kernel/db/resources.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { restartRun } from '../../src/services/resources/processing-runs.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

let library: TestLibrary;
let ada: Actor;
beforeEach(async () => {
  library = await createTestLibrary();
  ada = await library.person('ada');
});
afterEach(() => library.close());

test('processing again: a resource that was deleted since it was read is not found, and no row is written', async () => {
  const id = await library.addDocument(ada, { passages: ['ice'] });
  const target = { id, ownerId: ada.userId };
  await deleteResource(library.db, target);
  const restarted = library.db.transaction((tx) => restartRun(tx, library.services, { ...target, run: 1 }));
  await expect(restarted).rejects.toMatchObject({ code: 'not_found' });
});
