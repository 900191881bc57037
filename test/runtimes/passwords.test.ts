import { hashSync } from 'bcryptjs';
import { expect, test } from 'vitest';
import { createPasswordHasher } from '../../src/adapters/passwords.ts';

const FAST = { ln: 4, r: 8, p: 1 };
const hasher = createPasswordHasher(FAST);

test('passwords: a bcrypt hash of the earlier Python service verifies and needs a rehash', async () => {
  const stored = hashSync('correct horse battery', 4);
  expect(await hasher.verify('correct horse battery', stored)).toBe(true);
  expect(await hasher.verify('wrong', stored)).toBe(false);
  expect(hasher.needsRehash(stored)).toBe(true);
});

test('passwords: a bcrypt hash in the form of Python ($2b$) verifies', async () => {
  // bcrypt's own test vectors use $2a$; Python's library writes $2b$ for the same computation.
  const stored = hashSync('péché', 4).replace(/^\$2[aby]\$/, '$2b$');
  expect(await hasher.verify('péché', stored)).toBe(true);
});

test('passwords: new hashes are scrypt and need no rehash', async () => {
  const stored = await hasher.hash('a long enough phrase');
  expect(stored).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$/);
  expect(hasher.needsRehash(stored)).toBe(false);
  expect(await hasher.verify('a long enough phrase', stored)).toBe(true);
});

test.each([
  '',
  '$2b$',
  '$2b$31$abcdefghijklmnopqrstuuNNQpXL5L8Z0uW1b3bNn0eEJ5eO0sD5K',
  'plain',
])('passwords: no password matches the stored text %j', async (stored) => {
  expect(await hasher.verify('x', stored)).toBe(false);
});
