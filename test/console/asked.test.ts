import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Asked,
  LONGEST,
  MODES,
  NOTHING,
  readAsked,
  SORTS,
  toQuery,
  withYears,
  writeAsked,
} from '../../console/src/api/asked.ts';
import type { KnownCategory } from '../../console/src/api/taxonomy.ts';
import { treeOf } from '../../console/src/screens/search/category-tree.ts';
import { yearBins } from '../../console/src/screens/search/year-facet.tsx';

const read = (query: string) => readAsked(new URLSearchParams(query));
const values = fc.uniqueArray(
  fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter(({ length }) => length <= LONGEST.language),
  { maxLength: 20 },
);
const year = fc.integer({ min: 1, max: 9_999 });
const asked: fc.Arbitrary<Asked> = fc.record({
  ...{ q: fc.string({ unit: 'grapheme', maxLength: 200 }), category: values, tag: values, language: values, type: values },
  mode: fc.constantFrom(...MODES),
  sort: fc.constantFrom(...SORTS),
  years: fc.option(
    fc.tuple(year, year).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
    { nil: undefined },
  ),
});

describe('the address of a search', () => {
  test('search address: whatever is asked is read back from its address', () => {
    const padded = (one: Asked) => (one.years && one.years[0] < 1_000 ? { ...one, years: undefined } : one);
    fc.assert(
      fc.property(asked.map(padded), (one) => {
        expect(read(writeAsked(one).toString())).toEqual(one);
      }),
    );
  });

  test('search address: a plain question has a plain address', () => {
    expect(writeAsked({ ...NOTHING, q: 'sea ice' }).toString()).toBe('q=sea+ice');
  });

  test.each([
    ['mode=magic&sort=size&year=0000', NOTHING],
    ['year=2021-2019', NOTHING],
    ['year=99999', NOTHING],
    ['tag=&tag=a&tag=a', { ...NOTHING, tag: ['a'] }],
    [`tag=${'a'.repeat(LONGEST.tag + 1)}&tag=b`, { ...NOTHING, tag: ['b'] }],
    ['year=2019-2021', { ...NOTHING, years: [2019, 2021] }],
  ])('search address: %s is read without what it cannot mean', (query, expected) => {
    expect(read(query)).toEqual(expected);
  });

  test('search address: a range of years becomes the days on which it begins and after which it ends', () => {
    expect(toQuery({ ...NOTHING, years: [2019, 2021] })).toEqual({
      ...{ mode: 'hybrid', sort: 'relevance', after: '2019-01-01', before: '2022-01-01' },
    });
    expect(toQuery({ ...NOTHING, years: [9_999, 9_999] })).not.toHaveProperty('before');
  });
});

describe('filters', () => {
  test('years: a second year extends the range, one inside of it stands alone, the only one is given up', () => {
    const one = withYears(NOTHING, 2020, 2020);
    expect(one.years).toEqual([2020, 2020]);
    expect(withYears(one, 2020, 2020).years).toBeUndefined();
    const range = withYears(one, 2023, 2023);
    expect(range.years).toEqual([2020, 2023]);
    expect(withYears(range, 2021, 2021).years).toEqual([2021, 2021]);
  });

  test('years: every document is in exactly one bar, and bars follow each other', () => {
    const counts = fc.uniqueArray(fc.record({ value: fc.integer({ min: 1_000, max: 9_000 }), count: fc.nat(1_000) }), {
      ...{ selector: ({ value }) => value, minLength: 1 },
    });
    fc.assert(
      fc.property(counts, (given) => {
        const bins = yearBins(given.map(({ value, count }) => ({ value: String(value), count })));
        const sum = (list: readonly { count: number }[]) => list.reduce((total, { count }) => total + count, 0);
        expect(sum(bins)).toBe(sum(given));
        for (const [index, bin] of bins.entries()) if (index > 0) expect(bin.first).toBe((bins[index - 1]?.last ?? 0) + 1);
      }),
    );
    expect(yearBins([])).toEqual([]);
  });

  test('categories: a root counts for those below it, and stands before them', () => {
    const science = { id: 'science', label: 'Science', path: ['Science'], parent: undefined };
    const known = new Map<string, KnownCategory>([
      ['science', science],
      ['science.earth', { id: 'science.earth', label: 'Earth', path: ['Science', 'Earth'], parent: science }],
    ]);
    expect(
      treeOf(
        [
          { value: 'gone', count: 4 },
          { value: 'science.earth', count: 3 },
          { value: 'science', count: 2 },
        ],
        known,
      ),
    ).toEqual([
      { value: 'science', count: 5 },
      { value: 'science.earth', count: 3 },
      { value: 'gone', count: 4 },
    ]);
  });
});
