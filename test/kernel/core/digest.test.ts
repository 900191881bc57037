import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256, sha256Base64Url, sha256Hex } from '../../../src/kernel/core/digest.ts';

test('digest: text and bytes give the SHA-256 that node:crypto gives, in every encoding', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array()), async (data) => {
      const expected = createHash('sha256').update(data).digest();
      expect(Buffer.from(await sha256(data))).toEqual(expected);
      expect(await sha256Hex(data)).toBe(expected.toString('hex'));
      expect(await sha256Base64Url(data)).toBe(expected.toString('base64url'));
    }),
  );
});

test('digest: a view into a larger buffer is hashed without its surroundings', async () => {
  const whole = new TextEncoder().encode('xabcx');
  expect(await sha256Hex(whole.subarray(1, 4))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
