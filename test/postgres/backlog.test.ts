/** The backlog limit under concurrent posts: they run in parallel far from the limit, and wait for one another near it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { enqueueJob } from '../../src/kernel/jobs/outbox.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { PROCESS } from '../../src/kernel/model/job-kinds.ts';
import { BACKLOG_LIMIT, withBacklogRoom } from '../../src/services/resources/backlog.ts';
import { createResource } from '../../src/services/resources/create-resource.ts';
import { openTestPostgres } from '../support/kits/database.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

let database: Awaited<ReturnType<typeof openTestPostgres>>;
let library: TestLibrary;
let ada: Actor;
beforeEach(async () => {
  database = await openTestPostgres();
  library = await createTestLibrary({ database });
  ada = await library.person('ada');
});
afterEach(() => library.close());

const document = (content: string) => ({
  source: { kind: 'content' as const, body: new TextEncoder().encode(content), contentType: 'text/plain' },
});
const waiting = (from: number, to: number) =>
  database.client`insert into jobs (id, kind, owner_id, payload, state, attempt, max_attempts, available_at, created_at, updated_at)
    select 'job-' || i, 'resource.process', ${ada.userId}, '{}', 'queued', 0, 1, 0, 0, 0 from generate_series(${from}::int, ${to}::int) i`;

test('backlog limit: a job admitted far from the limit is written although the rest of the room is taken meanwhile', async () => {
  const { id } = await createResource(library.services, ada, document('First'));
  await waiting(2, BACKLOG_LIMIT - 1_001);
  let admit = () => {};
  const admitted = new Promise<void>((resolve) => {
    admit = resolve;
  });
  let resume = () => {};
  const resumed = new Promise<void>((resolve) => {
    resume = resolve;
  });
  const slow = withBacklogRoom(library.db, ada.userId, async (tx, requireRoom) => {
    await requireRoom();
    admit();
    await resumed;
    await enqueueJob(tx, library, {
      kind: PROCESS,
      ownerId: ada.userId,
      resourceId: id,
      payload: { stages: [], run: 2 },
    });
  });
  await admitted;
  await waiting(BACKLOG_LIMIT - 1_000, BACKLOG_LIMIT - 1);
  const late = expect(createResource(library.services, ada, document('One too many'))).rejects.toMatchObject({
    code: 'backlog_full',
  });
  // The late post waits for the one that was admitted before it.
  await expect
    .poll(
      async () =>
        (
          await database.client`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
        ).length,
    )
    .toBe(1);
  resume();
  await slow;
  await late;
  const [row] = await database.client<{ count: number }[]>`select count(*)::int as count from jobs`;
  expect(row?.count).toBe(BACKLOG_LIMIT);
});

test('backlog limit: far from the limit an owner’s posts run in parallel', async () => {
  let within = 0;
  let allIn = () => {};
  const all = new Promise<void>((resolve) => {
    allIn = resolve;
  });
  const three = Array.from({ length: 3 }, () =>
    withBacklogRoom(library.db, ada.userId, async (_tx, requireRoom) => {
      await requireRoom();
      within += 1;
      if (within === 3) allIn();
      await all;
    }),
  );
  await Promise.all(three);
  expect(within).toBe(3);
});
