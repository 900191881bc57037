/** How the console changes a document. */
import { expect, test } from 'vitest';
import type { Resource } from '../../clients/typescript/src/index.ts';
import { changing, type Fields, withoutTag, withTags } from '../../console/src/screens/document/changes.ts';

/** A server whose answers the test gives, in the order that it likes. */
function fakeServer(tags: readonly string[]) {
  let stored = { id: 'r', tags: [...tags] } as Resource;
  const asked: { fields: Fields; answer: () => void; refuse: () => void }[] = [];
  const document = changing(
    (fields) =>
      new Promise((resolve, reject) => {
        asked.push({
          fields,
          answer: () => {
            stored = { ...stored, ...fields };
            resolve(stored);
          },
          refuse: () => reject(new Error('refused')),
        });
      }),
  );
  document.set(stored);
  return { document, asked, stored: () => stored.tags, shown: () => document.resource.value?.tags };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test('document: quick changes are shown at once and sent one after another, and none is lost', async () => {
  const { document, asked, stored, shown } = fakeServer(['a']);
  const changes = [document.change(withTags(['b'])), document.change(withoutTag('a')), document.change(withTags(['c']))];
  expect(shown()).toEqual(['b', 'c']);
  for (let count = 1; count <= 3; count++) {
    await settled();
    expect(asked).toHaveLength(count);
    asked.at(-1)?.answer();
  }
  await Promise.all(changes);
  expect([stored(), shown()]).toEqual([
    ['b', 'c'],
    ['b', 'c'],
  ]);
});

test('document: taking back a removed tag keeps a tag that was added meanwhile', async () => {
  const { document, asked, stored } = fakeServer(['a', 'b']);
  for (const change of [withoutTag('a'), withTags(['c']), withTags(['a'])]) {
    const saved = document.change(change);
    await settled();
    asked.at(-1)?.answer();
    await saved;
  }
  expect(stored()).toEqual(['b', 'c', 'a']);
});

test('document: a change that is refused is not shown any more, and the next one is sent without it', async () => {
  const { document, asked, stored, shown } = fakeServer(['a']);
  const [refused, saved] = [document.change(withTags(['b'])), document.change(withTags(['c']))];
  const reason = expect(refused).rejects.toThrow('refused');
  await settled();
  asked[0]?.refuse();
  await reason;
  expect(shown()).toEqual(['a', 'c']);
  await settled();
  expect(asked[1]?.fields).toEqual({ tags: ['a', 'c'] });
  asked[1]?.answer();
  await saved;
  expect([stored(), shown()]).toEqual([
    ['a', 'c'],
    ['a', 'c'],
  ]);
});
