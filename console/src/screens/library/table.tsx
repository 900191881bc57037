/** The library as a list. Of thousands of rows those near the screen exist; the others are space above and below. */
import { useEffect, useRef } from 'preact/hooks';
import type { Resource } from '../../../../clients/typescript/src/index.ts';
import { Check } from '../../parts/check.tsx';
import { Icon } from '../../parts/icon.tsx';
import { useVirtualRows } from '../../parts/virtual-rows.ts';
import { library as texts } from '../../texts/library.ts';
import { categoryOf, languageOf, Quality, qualityText, SelectBox, Title, Type, typeOf } from './cells.tsx';
import { rowAt, tagsOf, want } from './rows.ts';
import { countSelected, selectAll, selection } from './selection.ts';
import { useNarrow } from './use-narrow.ts';
import type { Sort } from './view.ts';
import { addedOn, titleOf } from './words.ts';

const ROW = 44;
const NARROW_ROW = 64;

interface Props {
  readonly count: number;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly isLate: boolean;
}

export function Table({ count, sort, onSort, isLate }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const rowHeight = useNarrow() ? NARROW_ROW : ROW;
  const { first, end, before, after } = useVirtualRows(body, count, rowHeight);
  useEffect(() => want(first, end), [first, end, count]);
  const selected = countSelected.value;
  const now = Date.now();
  const places = Array.from({ length: end - first }, (_, index) => first + index);
  const head = { sort, onSort };
  return (
    <table class="table table--lib" aria-rowcount={count + 1} aria-busy={isLate}>
      <caption class="sr">{texts.documents}</caption>
      <thead>
        <tr aria-rowindex={1}>
          <th scope="col">
            <Check
              label={texts.selectAll}
              checked={selection.value.all || (selected > 0 && selected === count)}
              mixed={selected > 0 && selected < count}
              onChange={selectAll}
            />
          </th>
          <SortedColumn {...head} name="title" direction="ascending" />
          <th scope="col" class="col-category">
            {texts.columns.category}
          </th>
          <th scope="col" class="col-tags hide-md">
            {texts.columns.tags}
          </th>
          <th scope="col" class="col-type hide-md">
            {texts.columns.type}
          </th>
          <SortedColumn {...head} name="quality" direction="descending" />
          <th scope="col" class="col-language hide-md">
            {texts.columns.language}
          </th>
          <SortedColumn {...head} name="newest" direction="descending" />
        </tr>
      </thead>
      <tbody ref={body}>
        <Space height={before} />
        {places.map((place) => {
          const resource = rowAt(place);
          return resource ? (
            <Row key={resource.id} resource={resource} place={place} now={now} />
          ) : (
            <WaitingRow key={`place-${place}`} place={place} />
          );
        })}
        <Space height={after} />
      </tbody>
    </table>
  );
}

const COLUMN = {
  title: { label: texts.columns.title, class: '' },
  quality: { label: texts.columns.quality, class: 'col-quality' },
  newest: { label: texts.columns.added, class: 'col-added end' },
} as const;

interface SortedColumnProps extends Pick<Props, 'sort' | 'onSort'> {
  readonly name: Sort;
  readonly direction: 'ascending' | 'descending';
}

function SortedColumn({ name, direction, sort, onSort }: SortedColumnProps) {
  const isSorted = name === sort;
  return (
    <th scope="col" class={COLUMN[name].class} aria-sort={isSorted ? direction : undefined}>
      <button class="sort" type="button" onClick={() => onSort(name)}>
        {COLUMN[name].label}
        {isSorted && <Icon name={direction === 'ascending' ? 'up' : 'down'} small />}
      </button>
    </th>
  );
}

function Space({ height }: { height: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in the space can have the focus
    <tr class="table__space" aria-hidden="true" style={{ height: `${height}px` }}>
      <td colSpan={8} />
    </tr>
  );
}

function Row({ resource, place, now }: { resource: Resource; place: number; now: number }) {
  const under = [typeOf(resource), qualityText(resource)].filter((each) => each !== undefined);
  return (
    <tr aria-rowindex={place + 2}>
      <td>
        <SelectBox resource={resource} place={place} />
      </td>
      <td class="table__title" title={titleOf(resource)}>
        <Title resource={resource} place={place} clip />
      </td>
      <td data-sub class="soft" title={categoryOf(resource)}>
        {/* Before the category, whose name may come later than the row. */}
        <span class="only-sm">{[...under, ''].join(' · ')}</span>
        {categoryOf(resource)}
      </td>
      <td class="soft hide-sm hide-md">{tagsOf(resource).join(', ')}</td>
      <td class="hide-sm hide-md">
        <Type resource={resource} />
      </td>
      <td class="hide-sm">
        <Quality resource={resource} />
      </td>
      <td class="soft hide-sm hide-md">{languageOf(resource)}</td>
      <td class="end num soft hide-sm">{addedOn(resource.created_at, now)}</td>
    </tr>
  );
}

function WaitingRow({ place }: { place: number }) {
  return (
    <tr aria-rowindex={place + 2} aria-busy="true">
      <td />
      <td>
        <span class="skel" />
      </td>
      <td colSpan={6} class="hide-sm" />
    </tr>
  );
}
