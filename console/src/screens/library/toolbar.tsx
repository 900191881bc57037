/** The line above the rows: the title's filter, the largest categories, all filters, the order. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { categories } from '../../api/taxonomy.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { library as texts } from '../../texts/library.ts';
import { facets } from './facets.ts';
import { Filters, nameOf } from './filters.tsx';
import { countFilters, FACETS, SORTS, type Sort, toggled, unfiltered, type View } from './view.ts';
import { qualityWord } from './words.ts';

/** Categories that have a chip of their own. */
const CHIPS = 3;
const TYPING_MS = 200;

interface Props {
  readonly view: View;
  readonly onChange: (view: View) => void;
}

export function Toolbar({ view, onChange }: Props) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const set = countFilters(view);
  return (
    <>
      <div class="toolbar">
        <TitleFilter view={view} onChange={onChange} />
        <fieldset class="chips" aria-label={texts.categories}>
          {topCategories().map(({ value }) => (
            <button
              key={value}
              class="chip"
              type="button"
              aria-pressed={view.chosen.category.includes(value)}
              onClick={() => onChange(toggled(view, 'category', value))}
            >
              {nameOf('category', value)}
            </button>
          ))}
        </fieldset>
        <span class="push row toolbar__end">
          <span class="filters__place">
            <Button small icon="filter" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
              {texts.filters(set)}
            </Button>
            {isOpen && <Filters id={id} view={view} onChange={onChange} onClose={() => setOpen(false)} />}
          </span>
          <label class="row">
            <span class="quiet">{texts.sort.label}</span>
            <select
              class="input input--sm input--auto"
              value={view.sort}
              onChange={({ currentTarget }) => onChange({ ...view, sort: currentTarget.value as Sort })}
            >
              {SORTS.map((sort) => (
                <option key={sort} value={sort}>
                  {texts.sort[sort]}
                </option>
              ))}
            </select>
          </label>
        </span>
      </div>
      <SetFilters view={view} onChange={onChange} />
    </>
  );
}

/** In the order of their counts; those that are chosen stay. */
function topCategories() {
  const counted = facets.value?.category ?? [];
  return counted.filter(({ value }) => categories.value.has(value) && !categories.value.get(value)?.parent).slice(0, CHIPS);
}

function TitleFilter({ view, onChange }: Props) {
  const [typed, setTyped] = useState(view.title);
  /** The title's part that typing wrote into the address last. It comes back when more may be typed already. */
  const written = useRef(view.title);
  /** Another filter may be chosen before the typing is over. */
  const latest = useRef({ view, onChange });
  latest.current = { view, onChange };
  // An address that was opened, or a filter that was removed, changes the field.
  useEffect(() => {
    if (view.title === written.current) return;
    written.current = view.title;
    setTyped(view.title);
  }, [view.title]);
  useEffect(() => {
    if (typed === written.current) return;
    const timer = setTimeout(() => {
      written.current = typed;
      latest.current.onChange({ ...latest.current.view, title: typed });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <span class="ask ask--sm">
      <Icon name="filter" />
      <input
        class="ask__input"
        type="text"
        aria-label={texts.titleFilter}
        placeholder={texts.titleFilter}
        maxLength={500}
        data-leads-to-rows
        value={typed}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      />
    </span>
  );
}

/** What is filtered by, each with a way to take it back. */
function SetFilters({ view, onChange }: Props) {
  const chosen = FACETS.flatMap((facet) =>
    view.chosen[facet].map((value) => ({ name: nameOf(facet, value, true), without: toggled(view, facet, value) })),
  );
  const others = [
    ...(view.quality === undefined
      ? []
      : [{ name: texts.orBetter(qualityWord(view.quality / 100)), without: { ...view, quality: undefined } }]),
    ...(view.year === undefined ? [] : [{ name: String(view.year), without: { ...view, year: undefined } }]),
  ];
  const set = [...chosen, ...others];
  // The title's part stands in its field.
  if (set.length === 0) return null;
  return (
    <div class="chips filters__set">
      {set.map(({ name, without }) => (
        <span key={name} class="chip">
          <span class="clip">{name}</span>
          <button class="chip__x" type="button" aria-label={texts.removeFilter(name)} onClick={() => onChange(without)}>
            <Icon name="x" small />
          </button>
        </span>
      ))}
      <button class="link quiet" type="button" onClick={() => onChange(unfiltered(view))}>
        {texts.removeFilters}
      </button>
    </div>
  );
}
