/** What the parts of the console compute, and that the console uses them. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinRanges, type TextRange } from '../../console/src/parts/ranges.ts';
import { rowsAt } from '../../console/src/parts/virtual-rows.ts';

const ranges = fc.array(fc.tuple(fc.integer({ min: -5, max: 60 }), fc.integer({ min: -5, max: 60 })), { maxLength: 20 });

test('marks: joined ranges are in order, apart, within the text, and cover exactly what the given ones cover', () => {
  fc.assert(
    fc.property(ranges, fc.integer({ min: 0, max: 50 }), (given, length) => {
      const joined = joinRanges(given, length);
      const covers = (list: readonly TextRange[]) => (unit: number) => list.some(([start, end]) => unit >= start && unit < end);
      for (let unit = 0; unit < length; unit++) expect(covers(joined)(unit)).toBe(covers(given)(unit));
      for (const [index, [start, end]] of joined.entries()) {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(length);
        expect(end).toBeGreaterThan(start);
        expect(start).toBeGreaterThan(joined[index - 1]?.[1] ?? -1);
      }
    }),
  );
});

test('virtual rows: every row on the screen is rendered, few others are, and the height never changes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -2_000, max: 1_000_000 }),
      fc.integer({ min: 100, max: 4_000 }),
      fc.integer({ min: 0, max: 10_000 }),
      fc.integer({ min: 16, max: 400 }),
      (top, screen, count, height) => {
        const { first, end, before, after } = rowsAt(top, screen, count, height);
        expect(before + (end - first) * height + after).toBe(count * height);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(count);
        expect(end - first).toBeLessThanOrEqual(Math.ceil(screen / height) + 26);
        for (const row of [Math.floor(top / height), Math.floor((top + screen - 1) / height)])
          if (row >= 0 && row < count) expect(row >= first && row < end).toBe(true);
      },
    ),
  );
});

test('parts: each stands in the console itself, not on the sheet of parts alone', () => {
  const source = join(import.meta.dirname, '../../console/src');
  const modules = globSync('**/*.{ts,tsx}', { cwd: source }).filter((name) => !name.startsWith('screens/kit/'));
  const imported = modules.flatMap((name) => readFileSync(join(source, name), 'utf8').match(/(?<=from ')[^']+/g) ?? []);
  const used = new Set(imported.map((name) => basename(name)));
  const parts = modules.filter((name) => name.startsWith('parts/')).map((name) => basename(name));
  expect(parts.length).toBeGreaterThan(20);
  expect(parts.filter((name) => !used.has(name))).toEqual([]);
});
