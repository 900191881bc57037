/** The line above the results: how many there are, how they are found and in which order. Its height is fixed. */

import { type Asked, countFilters, MODES, SORTS } from '../../api/asked.ts';
import { type Answer, busy } from '../../api/search-answers.ts';
import { Button } from '../../parts/button.tsx';
import { Segments } from '../../parts/segments.tsx';
import { search as texts } from '../../texts/search.ts';

interface Props {
  readonly asked: Asked;
  readonly shown: Answer | undefined;
  readonly isSheetOpen: boolean;
  readonly onSheet: () => void;
  readonly onChange: (asked: Asked) => void;
}

export function ResultLine({ asked, shown, isSheetOpen, onSheet, onChange }: Props) {
  return (
    <div class="search__line">
      <span class="num" aria-live="polite" role="status">
        {summaryOf(shown)}
      </span>
      <span class="push">
        <Button small icon="filter" class="facets__toggle" aria-expanded={isSheetOpen} aria-controls="facets" onClick={onSheet}>
          {texts.filters(countFilters(asked))}
        </Button>
        <SortField asked={asked} onChange={onChange} class="hide-sm" />
        <Segments
          small
          label={texts.searchBy}
          value={asked.mode}
          options={MODES.map((mode) => ({ value: mode, shown: texts.modes[mode] }))}
          onChange={(mode) => onChange({ ...asked, mode })}
        />
      </span>
    </div>
  );
}

function summaryOf(shown: Answer | undefined): string {
  if (!shown) return busy.value ? texts.searching : '';
  const { total, took_ms: milliseconds } = shown.first;
  return total === 0 ? texts.nothing : texts.found(total, milliseconds);
}

interface SortProps {
  readonly asked: Asked;
  readonly onChange: (asked: Asked) => void;
  readonly class?: string;
}

export function SortField({ asked, onChange, class: more = '' }: SortProps) {
  return (
    <label class={`row ${more}`}>
      <span class="quiet">{texts.sortBy}</span>
      <select
        class="input input--sm input--auto"
        value={asked.sort}
        onChange={({ currentTarget: { value } }) => {
          const sort = SORTS.find((one) => one === value);
          if (sort) onChange({ ...asked, sort });
        }}
      >
        {SORTS.map((sort) => (
          <option key={sort} value={sort} selected={asked.sort === sort}>
            {texts.sorts[sort]}
          </option>
        ))}
      </select>
    </label>
  );
}
