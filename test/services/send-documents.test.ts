/** The operations that take documents, called without HTTP. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Actor } from '../../src/kernel/model/actor.ts';
import type { Decision } from '../../src/kernel/model/sliding-window.ts';
import { createBatch } from '../../src/services/resources/create-batch.ts';
import { submitResource } from '../../src/services/resources/submit-resource.ts';
import { uploadResource } from '../../src/services/resources/upload-resource.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

let library: TestLibrary;
let ada: Actor;
beforeEach(async () => {
  library = await createTestLibrary();
  ada = await library.person('ada');
});
afterEach(() => library.close());

const bytesOf = (text: string) => new TextEncoder().encode(text);
const documents = (count: number) => Array.from({ length: count }, (_, n) => ({ content: `Document ${n}` }));

test('createBatch: a batch over ten documents is charged one unit for each further ten, and its caller is told', async () => {
  const decisions: Decision[] = [];
  const noteLimit = (decision: Decision) => decisions.push(decision);
  const { resources } = await createBatch(library.services, ada, { resources: documents(25) }, { noteLimit });
  expect(resources.map(({ http_status: status }) => status)).toEqual(Array.from({ length: 25 }, () => 202));
  expect(decisions.map(({ states }) => states.map(({ policy, remaining }) => [policy.name, policy.limit - remaining]))).toEqual([
    [
      ['minute', 2],
      ['minute-writes', 2],
    ],
  ]);
});

test('createBatch: an item that is no document is refused alone, and a list of 101 is refused whole', async () => {
  const { resources } = await createBatch(library.services, ada, { resources: ['text', ...documents(1)] });
  expect(resources).toMatchObject([{ http_status: 422, errors: [{ path: 'item' }] }, { http_status: 202 }]);
  await expect(createBatch(library.services, ada, { resources: documents(101) })).rejects.toMatchObject({
    errors: [{ path: 'resources' }],
  });
});

test('uploadResource: the bytes of a file and the same text are one document', async () => {
  const file = { bytes: bytesOf('Ice flows.'), filename: 'ice.txt', declared_type: '' };
  const { id, outcome } = await uploadResource(library.services, ada, { ...file, title: 'Ice' });
  expect(outcome).toBe('accepted');
  expect(await submitResource(library.services, ada, { content: 'Ice flows.' })).toMatchObject({ id, outcome: 'duplicate' });
});

test.each([
  ['a title of 501 characters', { title: 'x'.repeat(501) }, 'invalid_input'],
  [
    'a picture, whatever it claims to be',
    { bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), declared_type: 'text/plain' },
    'unsupported_media_type',
  ],
  ['binary data that claims to be text', { bytes: bytesOf('a\0b') }, 'unsupported_media_type'],
  ['nothing but white space', { bytes: bytesOf(' \n') }, 'invalid_input'],
  ['something else than bytes', { bytes: 'Ice flows.' as never }, 'invalid_input'],
])('uploadResource: %s is refused', async (_case, wrong, code) => {
  const file = { bytes: bytesOf('Ice flows.'), filename: 'ice.txt', declared_type: '', ...wrong };
  await expect(uploadResource(library.services, ada, file)).rejects.toMatchObject({ code });
});
