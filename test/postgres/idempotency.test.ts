/** Requests under one Idempotency-Key at once: PostgreSQL runs their transactions side by side. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { createResource } from '../../src/services/resources/create-resource.ts';
import { deleteResource } from '../../src/services/resources/delete-resource.ts';
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

const create = (content: string, idempotencyKey?: string) =>
  createResource(library.services, ada, {
    source: { kind: 'content', body: new TextEncoder().encode(content), contentType: 'text/plain' },
    idempotencyKey,
  });
const countOf = async (table: 'resources' | 'jobs') => {
  const [row] = await database.client<{ count: number }[]>`select count(*)::int as count from ${database.client(table)}`;
  return row?.count;
};
const REFUSED = { code: 'invalid_input', errors: [{ path: 'Idempotency-Key' }] };

/** Of different requests under one key, the only one that was accepted. */
async function onlyOneOf(contents: readonly string[], key: string) {
  const answers = await Promise.allSettled(contents.map((content) => create(content, key)));
  const accepted = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  expect(accepted).toEqual([expect.objectContaining({ outcome: 'accepted' })]);
  for (const reason of refused) expect(reason).toMatchObject(REFUSED);
  return accepted[0];
}

test('idempotency key: of different requests at once one is accepted, and the others are refused and leave no row', async () => {
  for (let round = 1; round <= 5; round += 1) {
    await onlyOneOf(
      Array.from({ length: 6 }, (_, i) => `Document ${i} of round ${round}`),
      `key-${round}`,
    );
    expect([await countOf('resources'), await countOf('jobs')]).toEqual([round, round]);
  }
});

test('idempotency key: repetitions of one request at once all get the response of the first', async () => {
  const answers = await Promise.all(Array.from({ length: 6 }, () => create('The same', 'key')));
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set([JSON.stringify(answers[0])]));
  expect(answers[0]?.outcome).toBe('accepted');
  expect([await countOf('resources'), await countOf('jobs')]).toEqual([1, 1]);
});

test('idempotency key: requests at once after the key expired replace its response once', async () => {
  await create('Old', 'key');
  library.clock.advance(24 * 60 * 60 * 1_000);
  const id = (await onlyOneOf(['One', 'Two', 'Three', 'Four'], 'key'))?.id ?? '';
  expect(await countOf('resources')).toBe(2);
  await deleteResource(library.services, ada, { id });
  await onlyOneOf(['Five', 'Six', 'Seven', 'Eight'], 'key');
});

test('idempotency key: a request that loses the race for its document and the one for its key gets a response', async () => {
  for (let round = 1; round <= 5; round += 1) {
    const [a, b] = [`Document A ${round}`, `Document B ${round}`];
    const both = await Promise.allSettled([
      create(a),
      ...Array.from({ length: 3 }, () => create(a, `key-${round}`)),
      ...Array.from({ length: 3 }, () => create(b, `key-${round}`)),
    ]);
    for (const answer of both) if (answer.status === 'rejected') expect(answer.reason).toMatchObject(REFUSED);
  }
});
