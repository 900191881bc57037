/** Filters with counts: beside the results, or a sheet from below where there is no room. */
import { useEffect, useRef } from 'preact/hooks';
import type { SearchResult } from '../../../../clients/typescript/src/index.ts';
import { type Asked, countFilters, toggled } from '../../api/asked.ts';
import { Button } from '../../parts/button.tsx';
import { languageName, typeName } from '../../texts/names.ts';
import { search as texts } from '../../texts/search.ts';
import { CategoryFacet } from './category-facet.tsx';
import { FacetList } from './facet-list.tsx';
import { SortField } from './result-line.tsx';
import { YearFacet } from './year-facet.tsx';

export type Facets = NonNullable<SearchResult['facets']>;

interface Props {
  readonly asked: Asked;
  readonly facets: Facets | undefined;
  readonly total: number;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onChange: (asked: Asked) => void;
  readonly onClear: () => void;
}

export function FacetForm({ asked, facets, total, isOpen, onClose, onChange, onClear }: Props) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (isOpen) form.current?.querySelector<HTMLElement>('input, select')?.focus({ preventScroll: true });
  }, [isOpen]);
  const list = (name: 'tag' | 'language' | 'type', nameOf: (value: string) => string) => (
    <FacetList
      legend={texts.facets[name]}
      values={facets?.[name] ?? []}
      chosen={asked[name]}
      nameOf={nameOf}
      onToggle={(value) => onChange(toggled(asked, name, value))}
    />
  );
  return (
    <form
      ref={form}
      class="facets"
      id="facets"
      aria-label={texts.filterForm}
      data-open={isOpen ? '' : undefined}
      onSubmit={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div class="facets__sort">
        <SortField asked={asked} onChange={onChange} />
      </div>
      <CategoryFacet
        values={facets?.category ?? []}
        chosen={asked.category}
        onToggle={(value) => onChange(toggled(asked, 'category', value))}
      />
      {list('tag', (value) => value)}
      {list('language', languageName)}
      {list('type', (value) => typeName(value) ?? value)}
      <YearFacet values={facets?.year ?? []} asked={asked} onChange={onChange} />
      {countFilters(asked) > 0 && (
        <div>
          <Button small onClick={onClear}>
            {texts.removeFilters}
          </Button>
        </div>
      )}
      <div class="facets__done">
        <Button kind="primary" wide onClick={onClose}>
          {texts.showDocuments(total)}
        </Button>
      </div>
    </form>
  );
}
