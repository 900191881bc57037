import { and, eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readStages, writeStages } from '../../../src/kernel/db/resource-stages.ts';
import { resourceStages } from '../../../src/kernel/db/schema.sqlite.ts';
import {
  NOT_ASKED_FOR,
  newStages,
  overallStatus,
  pendingStage,
  type Stage,
  statusesOf,
} from '../../../src/kernel/model/stages.ts';
import { manualClock } from '../../support/fakes/doubles.ts';
import { openTestDatabase, type TestDatabase } from '../../support/kits/database.ts';
import { freshId, seedOwner, seedResource, statesWith } from '../../support/kits/jobs.ts';

let database: TestDatabase;
const clock = manualClock();
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(() => database.close());

const seed = async (states = newStages(0)) => {
  const kit = { db: database.db, clock };
  return seedResource(kit, await seedOwner(kit), states);
};
const deleteRow = (id: string, stage: Stage) =>
  database.db.delete(resourceStages).where(and(eq(resourceStages.resourceId, id), eq(resourceStages.stage, stage)));

test('stage rows: a stage without a row was not asked for and counts as completed', async () => {
  const states = statesWith({ status: 'completed', attempt: 1 });
  const id = await seed(states);
  await deleteRow(id, 'graph');
  const read = await readStages(database.db, id);
  expect(read).toEqual({ ...states, graph: NOT_ASKED_FOR });
  expect(read && overallStatus(statusesOf(read))).toBe('completed');
});

test('stage rows: undefined for a resource without any', async () => {
  expect(await readStages(database.db, freshId())).toBeUndefined();
});

test('stage rows: writing states inserts no row for a stage that was not asked for, and one for a stage that is', async () => {
  const id = await seed();
  await deleteRow(id, 'graph');
  await writeStages(database.db, id, { ...newStages(5), graph: NOT_ASKED_FOR });
  expect((await readStages(database.db, id))?.graph).toEqual(NOT_ASKED_FOR);
  await writeStages(database.db, id, { graph: NOT_ASKED_FOR });
  await writeStages(database.db, id, { graph: pendingStage(2, 7) });
  expect((await readStages(database.db, id))?.graph).toEqual(pendingStage(2, 7));
});

test('stage rows: a row of a stage that only a newer version knows is left alone', async () => {
  const id = await seed();
  const row = { ...pendingStage(1, 3), resourceId: id, stage: 'cooking' as Stage };
  await database.db.insert(resourceStages).values(row);
  expect(await readStages(database.db, id)).toEqual(newStages(0));
  await writeStages(database.db, id, newStages(9));
  const rows = await database.db.select().from(resourceStages).where(eq(resourceStages.resourceId, id));
  expect(rows.find(({ stage }) => stage === ('cooking' as Stage))).toEqual(row);
});
