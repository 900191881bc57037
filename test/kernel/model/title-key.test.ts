import { expect, test } from 'vitest';
import { titleKeyOf } from '../../../src/kernel/model/title-key.ts';

test.each([
  ['Über Eis', 'uber eis'],
  ['“The” ice', 'the” ice'],
  ['ÉCLAIR', 'eclair'],
  ['...', ''],
  ['ｉｃｅ', 'ice'],
])('title key: %j is sorted as %j', (title, key) => {
  expect(titleKeyOf(title)).toBe(key);
});

test('title key: has at most 200 characters and no half of one', () => {
  expect(titleKeyOf('x'.repeat(300))).toHaveLength(200);
  expect(titleKeyOf(`${'x'.repeat(199)}😀`).isWellFormed()).toBe(true);
});
