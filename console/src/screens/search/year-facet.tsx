/** Years as a histogram of buttons. A second year makes a range. */

import { type Asked, withYears } from '../../api/asked.ts';
import { search as texts } from '../../texts/search.ts';
import type { FacetValue } from './facet-list.tsx';

export interface YearBin {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** Bars that have room. The first one stands for all years before the second. */
const BARS = 9;

/** Every year up to the last one with documents, the earliest together. */
export function yearBins(values: readonly FacetValue[]): YearBin[] {
  const counts = new Map(values.map(({ value, count }) => [Number(value), count]));
  if (counts.size === 0) return [];
  const last = Math.max(...counts.keys());
  const earliest = Math.min(...counts.keys());
  const from = last - BARS + 2;
  const single = Array.from({ length: BARS - 1 }, (_, index) => from + index);
  const bins = single.map((year) => ({ first: year, last: year, count: counts.get(year) ?? 0 }));
  const earlier = [...counts].filter(([year]) => year < from).reduce((sum, [, count]) => sum + count, 0);
  return [{ first: Math.min(earliest, from - 1), last: from - 1, count: earlier }, ...bins];
}

interface Props {
  readonly values: readonly FacetValue[];
  readonly asked: Asked;
  readonly onChange: (asked: Asked) => void;
}

export function YearFacet({ values, asked, onChange }: Props) {
  const bins = yearBins(values);
  if (bins.length === 0) return null;
  const top = Math.max(1, ...bins.map(({ count }) => count));
  return (
    <fieldset class="facet">
      <legend>{texts.facets.year}</legend>
      <div class="years">
        {bins.map(({ first, last, count }, index) => {
          const label = texts.yearBar(index === 0 ? `${texts.earlier} than ${last + 1}` : String(first), count);
          return (
            <button
              key={last}
              type="button"
              aria-pressed={asked.years !== undefined && first >= asked.years[0] && last <= asked.years[1]}
              aria-label={label}
              title={label}
              onClick={() => onChange(withYears(asked, first, last))}
            >
              <i style={{ '--v': (count / top).toFixed(2) }} />
            </button>
          );
        })}
      </div>
      <div class="years__axis" aria-hidden="true">
        <span>{texts.earlier}</span>
        <span>{bins.at(-1)?.last}</span>
      </div>
    </fieldset>
  );
}
