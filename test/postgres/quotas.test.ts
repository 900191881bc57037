/** Quotas under concurrent posts: every document that is accepted fits. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Quota } from '../../src/kernel/config/config.ts';
import { usageOf } from '../../src/kernel/db/usage.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { createResource } from '../../src/services/resources/create-resource.ts';
import { openTestPostgres } from '../support/kits/database.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

let library: TestLibrary;
let ada: Actor;
beforeEach(async () => {
  library = await createTestLibrary({ database: await openTestPostgres() });
  ada = await library.person('ada');
});
afterEach(() => library.close());

async function postAll(count: number, free: Quota) {
  const context = {
    ...library.services,
    config: { ...library.services.config, quotas: { free, premium: {}, admin: {} } },
  };
  const post = (n: number) => {
    const body = new TextEncoder().encode(`Document ${String(n).padStart(11, '0')}`);
    return createResource(context, ada, { source: { kind: 'content', body, contentType: 'text/plain' } });
  };
  const settled = await Promise.allSettled(Array.from({ length: count }, (_, n) => post(n)));
  for (const one of settled) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'quota_exceeded' });
  return settled.filter(({ status }) => status === 'fulfilled').length;
}

test('quotas: of 60 concurrent posts exactly as many are accepted as the quota of documents has room for', async () => {
  expect(await postAll(60, { documents: 17 })).toBe(17);
  expect(await usageOf(library.db, ada.userId)).toEqual({ documents: 17, bytes: 340 });
});

test('quotas: of 60 concurrent posts exactly as many are accepted as the quota of bytes has room for', async () => {
  expect(await postAll(60, { bytes: 215 })).toBe(10);
  expect(await usageOf(library.db, ada.userId)).toEqual({ documents: 10, bytes: 200 });
});
