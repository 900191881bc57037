/** What the console says of sizes, browsers, dates and quality, and how strong it calls a password. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { strengthOf } from '../../console/src/parts/strength.ts';
import { typedTags } from '../../console/src/parts/typed-tags.ts';
import { deviceOf } from '../../console/src/screens/account/words.ts';
import { addedOn, qualityWord, titleOf } from '../../console/src/screens/library/words.ts';
import { login } from '../../console/src/texts/login.ts';
import { bytes } from '../../console/src/texts/sizes.ts';

describe('strength of a password', () => {
  test('strength: nothing, too short, enough, good and very good have steps of their own', () => {
    const typed = ['', 'abc', 'abcdefg', 'abcdefgh', 'abcdefghijkl', 'abcdefghijklmnop'];
    expect(typed.map(strengthOf)).toEqual([0, 1, 1, 2, 3, 4]);
  });

  test('strength: characters that repeat do not make a password longer', () => {
    expect([strengthOf('a'.repeat(40)), strengthOf('abc'.repeat(10)), strengthOf('abcd'.repeat(10))]).toEqual([1, 1, 2]);
  });

  test('strength: a character of two UTF-16 units counts once', () => {
    expect(strengthOf('🗼🌊⛵🐚')).toBe(1);
  });

  test('strength: it never falls while a new character is typed, and is 1 wherever the server refuses the length', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 30 }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
        (typed, next) => {
          expect(strengthOf(typed + next)).toBeGreaterThanOrEqual(strengthOf(typed));
          if (typed !== '' && [...typed].length < 8) expect(strengthOf(typed)).toBe(1);
        },
      ),
    );
  });
});

test.each([
  ['email', 'is already taken', 'This e-mail address is already taken.'],
  ['new_password', 'must have at least 8 characters', 'This password must have at least 8 characters.'],
  ['email', 'Invalid email address', 'Invalid email address.'],
])('forms: what is wrong with %s, "%s", is said as a sentence', (field, message, expected) => {
  expect(login.refusedField(field, message)).toBe(expected);
});

describe('typed tags', () => {
  test('tags: commas of several scripts part them, and each is taken once without blanks around it', () => {
    expect(typedTags(' lamp, oil，油、灯، ضوء ,lamp,, ')).toEqual(['lamp', 'oil', '油', '灯', 'ضوء']);
    expect(typedTags(' , ')).toEqual([]);
  });

  test('tags: one that is known is taken as it is, with its comma', () => {
    expect(typedTags(' lamp, oil ', ['lamp, oil'])).toEqual(['lamp, oil']);
  });

  test('tags: what was parted is not parted again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
        const tags = typedTags(typed);
        expect(typedTags(tags.join(','))).toEqual(tags);
      }),
    );
  });
});

describe('sizes', () => {
  test('sizes: the unit grows by thousands, with one digit behind the point below ten', () => {
    const sizes = [0, 1, 999, 1_000, 1_049, 1_050, 9_949, 9_950, 999_499, 999_500, 1_100_000_000, 5e15];
    expect(sizes.map(bytes)).toEqual([
      '0 B',
      '1 B',
      '999 B',
      '1 kB',
      '1 kB',
      '1.1 kB',
      '9.9 kB',
      '10 kB',
      '999 kB',
      '1 MB',
      '1.1 GB',
      '5000 TB',
    ]);
  });

  test('sizes: what is said is within 6 % of the size, in at most three digits below a thousand terabytes', () => {
    const units = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9e14 }), (size) => {
        const [, digits = '', unit = ''] = /^([\d.]+) (\w+)$/.exec(bytes(size)) ?? [];
        const said = Number(digits) * units[unit as keyof typeof units];
        expect(Math.abs(said - size) / size).toBeLessThanOrEqual(0.06);
        expect(digits.replace('.', '').length).toBeLessThanOrEqual(3);
      }),
    );
  });
});

test.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36 Edg/131.0',
    'Edge on Windows',
    false,
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
    'Safari on macOS',
    false,
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile Safari/604.1',
    'Chrome on iPhone',
    true,
  ],
  [
    'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537.36',
    'Chrome on Android',
    true,
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0', 'Firefox on Linux', false],
  ['curl/8.5.0', 'curl', false],
])('devices: %s', (agent, name, isPhone) => {
  expect(deviceOf(agent)).toEqual({ name, isPhone });
});

test('devices: a client that says nothing, or something else, has the same name', () => {
  expect(deviceOf(undefined)).toEqual(deviceOf('something of its own'));
  expect(deviceOf(undefined).name).not.toBe('');
});

describe('words of the library', () => {
  test('quality: a better score never gets the word of a worse one, and every score has a word', () => {
    const steps = [...new Set(Array.from({ length: 101 }, (_, percent) => qualityWord(percent / 100)))];
    expect(steps.length).toBeGreaterThan(2);
    expect(steps).not.toContain('');
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
        const [low, high] = [a, b].toSorted((one, other) => one - other) as [number, number];
        expect(steps.indexOf(qualityWord(low))).toBeLessThanOrEqual(steps.indexOf(qualityWord(high)));
      }),
    );
  });

  test('titles: the title, else the name of the file, else the address', () => {
    expect(titleOf({ title: 'Log', filename: 'log.md', url: 'https://example.org/' })).toBe('Log');
    expect(titleOf({ filename: 'log.md', url: 'https://example.org/' })).toBe('log.md');
    expect(titleOf({ url: 'https://example.org/' })).toBe('https://example.org/');
    expect(titleOf({})).not.toBe('');
  });

  test('dates: today and yesterday in words, then the day of this year, then the month of another', () => {
    const now = new Date(2026, 10, 27, 12).getTime();
    const on = (...date: [number, number, number]) => addedOn(new Date(...date, 9).toISOString(), now);
    expect([on(2026, 10, 27), on(2026, 10, 26)]).toEqual(['today', 'yesterday']);
    expect([on(2026, 10, 25), on(2026, 2, 19), on(2024, 2, 19)]).toEqual(['25 Nov', '19 Mar', 'Mar 2024']);
  });
});
