import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScryptHasher } from '../../src/adapters/scrypt.ts';

const CHEAP = { ln: 4, r: 8, p: 1 };
const hasher = createScryptHasher(CHEAP);

describe('scrypt', () => {
  test('scrypt: a hash is a PHC string, by default with N = 2^15 and r = 8', async () => {
    expect(await createScryptHasher().hash('x')).toMatch(/^\$scrypt\$ln=15,r=8,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  });

  test('scrypt: a hash matches its own password only, and two hashes of it differ', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (one, other) => {
        const stored = await hasher.hash(one);
        expect(await hasher.verify(one, stored)).toBe(true);
        expect(await hasher.verify(other, stored)).toBe(Buffer.from(one).equals(Buffer.from(other)));
        expect(await hasher.hash(one)).not.toBe(stored);
      }),
      { numRuns: 40 },
    );
  });

  test('scrypt: a hash verifies with its stored parameters, and needs a rehash if they are weaker', async () => {
    const stored = await hasher.hash('x');
    for (const stronger of [{ ln: 5 }, { r: 9 }, { p: 2 }]) {
      const today = createScryptHasher({ ...CHEAP, ...stronger });
      expect(await today.verify('x', stored)).toBe(true);
      expect(today.needsRehash(stored)).toBe(true);
      expect(hasher.needsRehash(await today.hash('x'))).toBe(false);
    }
    expect(hasher.needsRehash(stored)).toBe(false);
  });

  // The values of RFC 7914 section 12.
  test.each([
    [4, 1, 1, '', '', 'd9YWV9mLIN+Xyg1C3vNr4Dv8D8rdBCHj8UL/FHRuD7U'],
    [10, 8, 16, 'password', 'NaCl', '/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI'],
  ])('scrypt: matches RFC 7914 section 12 for ln=%s, r=%s, p=%s', async (ln, r, p, password, salt, key) => {
    if (salt === '') return expect(await hasher.verify(password, `$scrypt$ln=${ln},r=${r},p=${p}$$${key}`)).toBe(false);
    const stored = `$scrypt$ln=${ln},r=${r},p=${p}$${Buffer.from(salt).toString('base64').replaceAll('=', '')}$${key}`;
    expect(await hasher.verify(password, stored)).toBe(true);
  });
});

describe('scrypt, invalid hashes', () => {
  test.each([
    ['an empty text', ''],
    ['a bcrypt hash', '$2b$10$abcdefghijklmnopqrstuv'],
    ['a hash with an empty key', '$scrypt$ln=10,r=8,p=1$AAAAAAAA$A'],
    ['a hash with a short key', '$scrypt$ln=10,r=8,p=1$AAAAAAAA$AAAA'],
    ['a hash with a cost too high for its block size', `$scrypt$ln=16,r=1,p=1$AAAAAAAA$${'A'.repeat(43)}`],
    ['a hash that needs over a gigabyte', `$scrypt$ln=24,r=8,p=1$AAAAAAAA$${'A'.repeat(43)}`],
    ['a hash with the work of over a gigabyte', `$scrypt$ln=15,r=8,p=99$AAAAAAAA$${'A'.repeat(43)}`],
    ['a hash with ln=0', `$scrypt$ln=0,r=8,p=1$AAAAAAAA$${'A'.repeat(43)}`],
    ['a hash with r=0', `$scrypt$ln=4,r=0,p=1$AAAAAAAA$${'A'.repeat(43)}`],
    ['a hash with p=0', `$scrypt$ln=4,r=8,p=0$AAAAAAAA$${'A'.repeat(43)}`],
  ])('scrypt: %s matches no password and needs a rehash', async (_, stored) => {
    expect(await hasher.verify('x', stored)).toBe(false);
    expect(hasher.needsRehash(stored)).toBe(true);
  });

  test('scrypt: verification of random stored texts never throws', async () => {
    const number = fc.integer({ min: 0, max: 99 });
    const text = fc.stringMatching(/^[\w+/]{1,60}$/);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 8 }), number, number, text, text, async (ln, r, p, salt, key) => {
        expect(await hasher.verify('x', `$scrypt$ln=${ln},r=${r},p=${p}$${salt}$${key}`)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});
