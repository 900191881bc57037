import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { Quota } from '../../src/kernel/config/config.ts';
import { usageOf } from '../../src/kernel/db/usage.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { type CreateResourceInput, createResource } from '../../src/services/resources/create-resource.ts';
import { deleteResource } from '../../src/services/resources/delete-resource.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

let library: TestLibrary;
afterEach(() => library.close());

const under = (free: Quota) => ({
  ...library.services,
  config: { ...library.services.config, quotas: { free, premium: {}, admin: {} } },
});
const text = (content: string): CreateResourceInput => ({
  source: { kind: 'content', body: new TextEncoder().encode(content), contentType: 'text/plain; charset=utf-8' },
});
const quota = fc.record({ documents: fc.nat(6), bytes: fc.nat(60) }, { requiredKeys: [] });

test('quotas: a document is accepted if and only if it fits, and one that was deleted makes room', async () => {
  library = await createTestLibrary();
  let people = 0;
  const sizes = fc.array(fc.record({ size: fc.integer({ min: 1, max: 30 }), deletes: fc.boolean() }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(quota, sizes, async (limits, steps) => {
      const ada: Actor = await library.person(`ada${++people}`);
      const kept: { id: string; size: number }[] = [];
      for (const [index, { size, deletes }] of steps.entries()) {
        const used = { documents: kept.length, bytes: kept.reduce((sum, one) => sum + one.size, 0) };
        expect(await usageOf(library.db, ada.userId)).toEqual(used);
        const fits =
          used.documents + 1 <= (limits.documents ?? Number.POSITIVE_INFINITY) &&
          used.bytes + size <= (limits.bytes ?? Number.POSITIVE_INFINITY);
        const content = String.fromCharCode(97 + index).repeat(size);
        const made = createResource(under(limits), ada, text(content));
        if (fits) kept.push({ id: (await made).id, size });
        else await expect(made).rejects.toMatchObject({ code: 'quota_exceeded' });
        const [oldest] = kept;
        if (deletes && oldest) {
          await deleteResource(library.services, ada, { id: oldest.id });
          kept.shift();
        }
      }
    }),
    { numRuns: 25 },
  );
});

test('quotas: the same document again, and a failed one processed again, need no room', async () => {
  library = await createTestLibrary();
  const ada = await library.person('ada');
  const limited = under({ documents: 1, bytes: 5 });
  const { id } = await createResource(limited, ada, text('glass'));
  expect(await createResource(limited, ada, text('glass'))).toMatchObject({ id, outcome: 'duplicate' });
  await library.database.execute(`update resources set status = 'failed'`);
  await library.database.execute(`update jobs set state = 'dead'`);
  expect(await createResource(limited, ada, text('glass'))).toMatchObject({ id, outcome: 'accepted' });
});

test('quotas: those of another tier, and of another owner, do not count', async () => {
  library = await createTestLibrary();
  const ada = await library.person('ada');
  const grace = await library.person('grace');
  const limited = under({ documents: 1 });
  await createResource(limited, ada, text('first'));
  await expect(createResource(limited, ada, text('second'))).rejects.toMatchObject({
    code: 'quota_exceeded',
    detail: 'Your quota is 1 documents, of which 0 are left, and this needs 1; delete documents to make room',
    errors: [{ path: 'documents', message: '0 of 1 are left' }],
  });
  await createResource(limited, grace, text('second'));
  await createResource(limited, { ...ada, tier: 'premium' }, text('second'));
});
