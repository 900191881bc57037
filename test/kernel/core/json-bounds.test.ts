import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JSON_BOUNDS, MAX_ERROR_PATH } from '../../../src/kernel/core/bounds.ts';
import { AppError } from '../../../src/kernel/core/errors.ts';
import { errorPath, jsonValueFault, parseStrangersJson, scanJson } from '../../../src/kernel/core/json-bounds.ts';

/** The path and message with which `text` is refused; undefined if it is accepted. */
function refusal(text: string) {
  try {
    parseStrangersJson(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.errors?.[0] ?? { path: error.code, message: error.detail };
  }
}

describe('JSON of strangers', () => {
  test('a value within the bounds is what JSON.parse makes of it', () => {
    const member = fc
      .string({ maxLength: 20 })
      .filter((name) => name !== '__proto__' && !name.includes('\0') && name.isWellFormed());
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 5 }),
        fc.dictionary(member, tie('value'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.constantFrom(0, 1, 4), (given, indent) => {
        const text = JSON.stringify(given, null, indent);
        expect(parseStrangersJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('any other text is refused as malformed or by a bound, and nothing else is thrown', () => {
    const pieces = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '-', '1', '1e999', 'null', ' ', '"a"', '\\u0000');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        const refused = refusal(text);
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        if (!valid) expect(refused).toBeDefined();
      }),
    );
  });

  test.each([
    ['12345678901234567890', 'big'],
    ['-9007199254740993', 'big'],
    ['1e999', 'big'],
    ['-1E+400', 'big'],
    ['5e-400', 'big'],
  ])('number %s is refused with its path, because it would come back as another', (literal, name) => {
    expect(refusal(`{"a":[0,{"${name}":${literal}}]}`)).toMatchObject({
      path: `a.1.${name}`,
      message: expect.stringMatching(/as text/),
    });
  });

  test.each([
    '9007199254740991',
    '100000000000000000000',
    '-0',
    '0.0e-999',
    '0.1',
    '1e308',
    '1.5E-300',
    '0.30000000000000004',
  ])('number %s is accepted', (literal) => {
    expect(parseStrangersJson(`[${literal}]`)).toEqual([Number(literal)]);
  });

  test('numbers inside of strings are text', () => {
    expect(parseStrangersJson('{"a":"1e999, \\"12345678901234567890"}')).toEqual({ a: '1e999, "12345678901234567890' });
  });

  test('a depth of the bound is accepted, and one more level is refused', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(refusal(nested(JSON_BOUNDS.depth))).toBeUndefined();
    expect(refusal(nested(JSON_BOUNDS.depth + 1))?.message).toMatch(/nested/);
    expect(refusal(`{"metadata":{"a":${nested(5_000)}}}`)).toMatchObject({ path: expect.stringMatching(/^metadata\.a\.0/) });
    expect(refusal(`{"a":${'{"b":'.repeat(1_000_000)}`)?.message).toMatch(/nested/);
  });

  test('an object may have as many members as its bound, and is named where it has more', () => {
    const members = (count: number) => `{"m":{${Array.from({ length: count }, (_, i) => `"k${i}":0`).join(',')}}}`;
    expect(refusal(members(JSON_BOUNDS.members))).toBeUndefined();
    expect(refusal(members(JSON_BOUNDS.members + 1))).toMatchObject({
      path: 'm',
      message: expect.stringMatching(/1000 members/),
    });
  });

  test('a list may have as many elements as its bound, and all values together as theirs', () => {
    const list = (count: number) => `[${Array(count).fill(0).join(',')}]`;
    expect(refusal(list(JSON_BOUNDS.elements))).toBeUndefined();
    expect(refusal(list(JSON_BOUNDS.elements + 1))?.message).toMatch(/10000 elements/);
    expect(refusal(`[${Array(21).fill(list(JSON_BOUNDS.elements)).join(',')}]`)?.message).toMatch(/200000 values/);
  });

  test('a long name is refused and its path is cut', () => {
    const refused = refusal(`{"${'n'.repeat(100_000)}":1}`);
    expect(refused?.message).toMatch(/name of more than/);
    expect(refused?.path.length).toBeLessThanOrEqual(MAX_ERROR_PATH + 1);
  });

  test.each([
    ['half a surrogate pair', '{"tags":["a","\\ud800"]}', 'tags.1', /surrogate/],
    ['half a surrogate pair in a name', '{"metadata":{"\\udc00":1}}', 'metadata.\ufffd', /surrogate/],
    ['NUL', '{"a":{"b":"x\\u0000"}}', 'a.b', /NUL/],
    ['NUL in a name', '{"a":{"b\\u0000":1}}', 'a.b\0', /NUL/],
    ['a reserved name', '{"metadata":{"__proto__":{"a":1}}}', 'metadata.__proto__', /reserved/],
    ['a reserved name that is escaped', '{"metadata":{"\\u005f_proto__":1}}', 'metadata.__proto__', /reserved/],
  ])('%s is refused with its path', (_what, text, path, message) => {
    expect(refusal(text)).toEqual({ path, message: expect.stringMatching(message) });
  });

  test('text of a whole pair, and an escaped backslash before u0000, are accepted', () => {
    expect(parseStrangersJson('["\\ud83d\\ude00","\\\\u0000","\\\\ud800"]')).toEqual(['😀', '\\u0000', '\\ud800']);
  });

  test('the value itself is named by the target', () => {
    expect(refusal('"\\u0000"')?.path).toBe('json');
    expect(refusal('1e999')?.path).toBe('json');
  });
});

test('scanJson: goes on while it is told to, and reports one fault for each level that is too deep', () => {
  const deep = `${'['.repeat(JSON_BOUNDS.depth + 10)}1e999${']'.repeat(JSON_BOUNDS.depth + 10)}`;
  const paths: string[] = [];
  scanJson(`{"a":[${deep},"ok",1e999,${deep}]}`, ({ path }) => {
    paths.push(path().slice(0, 2).join('.'));
    return true;
  });
  expect(new Set(paths)).toEqual(new Set(['a.0', 'a.2', 'a.3']));
});

test('jsonValueFault: undefined for a value without text', () => {
  expect(jsonValueFault([1, null, true, { a: [] }])).toBeUndefined();
});

test('errorPath: joins names and indexes by dots', () => {
  expect(errorPath(['tags', 0])).toBe('tags.0');
});
