/** What the library of the console computes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LONGEST } from '../../console/src/api/asked.ts';
import { bodiesOf } from '../../console/src/screens/library/bulk-bodies.ts';
import type { Change } from '../../console/src/screens/library/change.ts';
import { isDeleted, isEmptied, showChange, tagsAfter } from '../../console/src/screens/library/pending-changes.ts';
import { sendBodies } from '../../console/src/screens/library/send-bodies.ts';
import {
  addressOf,
  countFilters,
  EVERYTHING,
  FACETS,
  filterOf,
  matchOf,
  QUALITIES,
  readView,
  SORTS,
  toggled,
  unfiltered,
  type View,
} from '../../console/src/screens/library/view.ts';
import { placeOf } from '../../console/src/screens/library/without-hidden.ts';
import { addedOn, qualityWord } from '../../console/src/screens/library/words.ts';

const values = (facet: keyof View['chosen']) => {
  const value = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter(({ length }) => length <= LONGEST[facet]);
  return fc.uniqueArray(value, { maxLength: 20 });
};
const view: fc.Arbitrary<View> = fc.record({
  sort: fc.constantFrom(...SORTS),
  title: fc.string({ maxLength: 50, unit: 'grapheme' }),
  chosen: fc.record({ category: values('category'), tag: values('tag'), language: values('language'), type: values('type') }),
  quality: fc.option(fc.constantFrom(...QUALITIES), { nil: undefined }),
  year: fc.option(fc.integer({ min: 1970, max: 9998 }), { nil: undefined }),
});
const read = (address: string) => readView(new URL(address, 'http://console.invalid').searchParams);

describe('view', () => {
  test('view: an address leads back to the view that it was made of', () => {
    fc.assert(
      fc.property(view, (given) => {
        expect(read(addressOf(given))).toEqual(given);
      }),
    );
  });

  test('view: whatever an address says, the view asks for what the API takes', () => {
    const name = fc.constantFrom('sort', 'title', 'quality', 'year', ...FACETS, 'cursor');
    const pairs = fc.array(fc.tuple(name, fc.string({ unit: 'grapheme', maxLength: 600 })), { maxLength: 60 });
    fc.assert(
      fc.property(pairs, (given) => {
        const found = readView(new URLSearchParams(given));
        expect(SORTS).toContain(found.sort);
        for (const facet of FACETS) expect(found.chosen[facet].length).toBeLessThanOrEqual(20);
        const { title, after, before } = filterOf(found);
        expect(title?.length ?? 1).toBeLessThanOrEqual(500);
        expect(title).not.toBe('');
        if (after !== undefined) expect(Date.parse(`${before}`)).toBeGreaterThan(Date.parse(`${after}`));
      }),
    );
  });

  test('view: a view without filters asks for no filter', () => {
    fc.assert(
      fc.property(view, (given) => {
        expect([filterOf(unfiltered(given)), countFilters(unfiltered(given))]).toEqual([{}, 0]);
        expect(countFilters(given) === 0).toBe(Object.keys(filterOf(given)).length === 0);
      }),
    );
  });

  test('view: a value that is chosen twice is as before', () => {
    const few = view.filter(({ chosen }) => FACETS.every((facet) => chosen[facet].length < 20));
    fc.assert(
      fc.property(few, fc.constantFrom(...FACETS), fc.string({ minLength: 1 }), (given, facet, value) => {
        const twice = toggled(toggled(given, facet, value), facet, value);
        expect(new Set(twice.chosen[facet])).toEqual(new Set(given.chosen[facet]));
      }),
    );
  });
});

test('rows: those that are shown are all but the hidden ones, in order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), fc.uniqueArray(fc.integer({ min: 0, max: 59 })), (total, chosen) => {
      const hidden = chosen.filter((place) => place < total).sort((a, b) => a - b);
      const shown = Array.from({ length: total - hidden.length }, (_, index) => placeOf(index, hidden));
      const expected = Array.from({ length: total }, (_, place) => place).filter((place) => !hidden.includes(place));
      expect(shown).toEqual(expected);
    }),
  );
});

describe('pending changes', () => {
  const ids = (...all: string[]) => ({ ids: new Set(all) });

  test('pending: each deletion takes back its own rows, in whatever order they are done', () => {
    const some = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd'));
    fc.assert(
      fc.property(fc.array(fc.tuple(some, fc.nat()), { maxLength: 6 }), (changes) => {
        const shown = changes.map(([meant, turn]) => ({
          meant,
          turn,
          takeBack: showChange({ action: 'delete' }, ids(...meant)),
        }));
        shown.sort((a, b) => a.turn - b.turn);
        while (shown.length > 0) {
          for (const id of ['a', 'b', 'c', 'd']) expect(isDeleted(id, 'any')).toBe(shown.some(({ meant }) => meant.includes(id)));
          shown.shift()?.takeBack();
        }
        expect(['a', 'b', 'c', 'd'].some((id) => isDeleted(id, 'any'))).toBe(false);
      }),
    );
  });

  test('pending: of all that match, only the view that matches the same is emptied, in every order', () => {
    fc.assert(
      fc.property(view, view, fc.constantFrom(...SORTS), (meant, other, sort) => {
        const takeBack = showChange({ action: 'delete' }, { match: matchOf(meant) });
        const isSame = matchOf(other) === matchOf(meant);
        expect([isEmptied(matchOf({ ...meant, sort })), isEmptied(matchOf(other))]).toEqual([true, isSame]);
        expect(isDeleted('a', matchOf(other))).toBe(isSame);
        takeBack();
        expect(isEmptied(matchOf(meant))).toBe(false);
      }),
    );
  });

  test('pending: changes of tags are shown together, and taken back one by one', () => {
    const first = showChange({ action: 'tag', add_tags: ['new'] }, ids('a', 'b'));
    const second = showChange({ action: 'tag', remove_tags: ['old'] }, { match: 'here' });
    expect(tagsAfter('a', ['old'], 'here')).toEqual(['new']);
    expect(tagsAfter('a', ['old'], 'elsewhere')).toEqual(['old', 'new']);
    expect(tagsAfter('c', ['old'], 'here')).toEqual([]);
    first();
    expect(tagsAfter('a', ['old'], 'here')).toEqual([]);
    second();
    expect(tagsAfter('a', ['old'], 'here')).toEqual(['old']);
  });
});

describe('bulk', () => {
  const NOW = Date.UTC(2026, 2, 1);
  const changes: readonly Change[] = [
    { action: 'delete' },
    { action: 'reprocess' },
    { action: 'tag', add_tags: ['a'] },
    { action: 'tag', remove_tags: ['a'] },
  ];

  test('bulk: ids are sent a thousand at a time, each once, with their count', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_500 }), fc.constantFrom(...changes), (size, change) => {
        const ids = Array.from({ length: size }, (_, n) => `id-${n}`);
        const bodies = bodiesOf(change, { all: false, ids: new Set(ids) }, size, EVERYTHING, NOW);
        expect(bodies.flatMap((body) => body.ids ?? [])).toEqual(ids);
        for (const body of bodies) {
          expect(body).toMatchObject(change);
          expect(body.ids?.length).toBeLessThanOrEqual(1_000);
          expect(body.expected_count).toBe(body.ids?.length);
          expect(body).not.toHaveProperty('filter');
        }
      }),
    );
  });

  test('bulk: all that match are named by the filters of the view, up to the moment of the action', () => {
    fc.assert(
      fc.property(view, fc.constantFrom(...changes), (given, change) => {
        const [body, ...more] = bodiesOf(change, { all: true }, 12, given, NOW);
        expect(more).toEqual([]);
        expect(body).toMatchObject({ ...change, expected_count: 12 });
        const { before, ...others } = body?.filter ?? {};
        const { before: ofView, ...expected } = filterOf(given);
        expect(others).toEqual(expected);
        const moments = [Date.parse(String(ofView ?? '9999-01-01')), NOW + 1];
        expect(Date.parse(String(before))).toBe(Math.min(...moments));
      }),
    );
  });

  /** Sends 2,500 ids. Gives what was sent with keepalive, and the most bodies that were on their way together. */
  async function sendMany(isLeaving: boolean) {
    const ids = Array.from({ length: 2_500 }, (_, n) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`);
    const bodies = bodiesOf({ action: 'delete' }, { all: false, ids: new Set(ids) }, ids.length, EVERYTHING, NOW);
    const kept: string[] = [];
    let [underWay, together] = [0, 0];
    const answers = await sendBodies(bodies, isLeaving, async (body, keepalive) => {
      if (keepalive) kept.push(JSON.stringify(body));
      together = Math.max(together, ++underWay);
      await Promise.resolve();
      underWay -= 1;
      return body;
    });
    expect(answers).toEqual(bodies);
    return { bytesKept: kept.join('').length, together };
  }

  test('bulk: the bodies of a change are sent one after another, without keepalive', async () => {
    expect(await sendMany(false)).toEqual({ bytesKept: 0, together: 1 });
  });

  test('bulk: while the page is left all bodies are sent at once, with keepalive for as much as browsers allow', async () => {
    const { bytesKept, together } = await sendMany(true);
    expect(together).toBe(3);
    expect(bytesKept).toBeGreaterThan(0);
    expect(bytesKept).toBeLessThan(64 * 1024);
  });
});

describe('words', () => {
  test.each([
    [1, 'Very good'],
    [0.85, 'Very good'],
    [0.849, 'Very good'],
    [0.844, 'Good'],
    [0.75, 'Good'],
    [0.65, 'Fair'],
    [0.64, 'Thin'],
    [0, 'Thin'],
  ])('quality: %d is "%s"', (score, expected) => {
    expect(qualityWord(score)).toBe(expected);
  });

  test.each([
    [0, 'today'],
    [1, 'yesterday'],
    [3, '12 Mar'],
    [400, 'Feb 2025'],
  ])('added: %i days before 15 March 2026 is "%s"', (days, expected) => {
    const now = new Date(2026, 2, 15, 12).getTime();
    expect(addedOn(new Date(2026, 2, 15 - days, 11).toISOString(), now)).toBe(expected);
  });
});
