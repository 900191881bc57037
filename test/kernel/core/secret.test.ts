import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/kernel/core/secret.ts';

test('secret: no way of printing shows the value, at any depth', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      const value = `hunter2${text}`;
      const secret = new Secret(value);
      const shown = [
        String(secret),
        `${secret}`,
        `${secret as unknown as number}`,
        JSON.stringify({ a: [secret] }),
        inspect(secret),
        inspect({ a: { b: { c: [secret] } } }, { depth: 9, showHidden: true }),
        JSON.stringify(Object.entries(secret)),
        JSON.stringify({ ...secret }),
        JSON.stringify(structuredClone({ ...secret })),
      ].join();
      expect(shown).not.toContain('hunter2');
      expect(secret.reveal()).toBe(value);
    }),
  );
});

test('secret: it prints as [redacted]', () => {
  const secret = new Secret('hunter2');
  expect([String(secret), `${secret}`, JSON.stringify(secret), inspect(secret)]).toEqual([
    '[redacted]',
    '[redacted]',
    '"[redacted]"',
    '[redacted]',
  ]);
});

test('secret: concatenated or compared with text, it does not act as its value', () => {
  const secret = new Secret('hunter2') as unknown as string;
  expect(`a${secret}`).toBe('a[redacted]');
  expect(secret === 'hunter2').toBe(false);
});

test('secret: the value may be of any type', () => {
  expect(new Secret(Uint8Array.of(1, 2)).reveal()).toEqual(Uint8Array.of(1, 2));
});
