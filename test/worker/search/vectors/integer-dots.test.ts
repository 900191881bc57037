import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import wabt from 'wabt';
import { INTEGER_DOTS } from '../../../../worker-node/search/vectors/integer-dots.generated.ts';

const FOLDER = '../../../../worker-node/search/vectors';

it('the assembled module is the one that its text describes', async () => {
  const { parseWat } = await wabt();
  const text = await readFile(new URL(`${FOLDER}/integer-dots.wat`, import.meta.url), 'utf8');
  const module = parseWat('integer-dots.wat', text, { simd: true });
  module.validate();
  const bytes = Buffer.from(module.toBinary({}).buffer);
  await expect(`/** integer-dots.wat, assembled. Written by test/worker/search/vectors/integer-dots.test.ts -u. */
export const INTEGER_DOTS =
  '${bytes.toString('base64')}';
`).toMatchFileSnapshot(`${FOLDER}/integer-dots.generated.ts`);
  expect(INTEGER_DOTS).toBe(bytes.toString('base64'));
});
