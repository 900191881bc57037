/** The filters with their counts: a panel over the rows, under 1000 px a sheet from below. */
import { useEffect, useRef } from 'preact/hooks';
import { categories, categoryPath } from '../../api/taxonomy.ts';
import { Button } from '../../parts/button.tsx';
import { Check } from '../../parts/check.tsx';
import { Select } from '../../parts/select.tsx';
import { library as texts } from '../../texts/library.ts';
import { languageName, typeName } from '../../texts/names.ts';
import { facets } from './facets.ts';
import { count } from './rows.ts';
import { FACETS, type Facet, QUALITIES, toggled, type View } from './view.ts';
import { qualityWord } from './words.ts';

/** Values of a facet that are listed. */
const MOST = 12;

interface Props {
  readonly id: string;
  readonly view: View;
  readonly onChange: (view: View) => void;
  readonly onClose: () => void;
}

export function Filters({ id, view, onChange, onClose }: Props) {
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    const onPointer = ({ target }: PointerEvent) => {
      const isOutside = target instanceof Node && !panel.current?.contains(target) && !opener?.contains(target);
      if (isOutside) onClose();
    };
    addEventListener('pointerdown', onPointer);
    panel.current?.querySelector<HTMLElement>('input, select')?.focus({ preventScroll: true });
    return () => {
      removeEventListener('pointerdown', onPointer);
      if (opener instanceof HTMLElement && document.activeElement === document.body) opener.focus();
    };
  }, []);
  return (
    <div
      class="filters"
      id={id}
      ref={panel}
      role="dialog"
      aria-label={texts.filtersLabel}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      {FACETS.map((facet) => (
        <Values key={facet} facet={facet} view={view} onChange={onChange} />
      ))}
      <div class="facet">
        <Select
          label={texts.facets.quality}
          small
          value={String(view.quality ?? '')}
          options={[
            { value: '', label: texts.anyQuality },
            ...QUALITIES.map((least) => ({ value: String(least), label: texts.orBetter(qualityWord(least / 100)) })),
          ]}
          onChange={(value) => onChange({ ...view, quality: QUALITIES.find((least) => String(least) === value) })}
        />
        <Years view={view} onChange={onChange} />
      </div>
      <div class="filters__done">
        <Button kind="primary" wide onClick={onClose}>
          {texts.showResults(count.value)}
        </Button>
      </div>
    </div>
  );
}

interface ValuesProps extends Pick<Props, 'view' | 'onChange'> {
  readonly facet: Facet;
}

function Values({ facet, view, onChange }: ValuesProps) {
  const chosen = view.chosen[facet];
  const counted = facets.value?.[facet] ?? [];
  // A chosen value stays in the list when no document has it any more, so that it can be taken back.
  const missing = chosen.filter((value) => !counted.some((one) => one.value === value));
  const listed = [...missing.map((value) => ({ value, count: 0 })), ...counted].slice(0, MOST + missing.length);
  return (
    <fieldset class="facet">
      <legend>{texts.facets[facet]}</legend>
      {sorted(facet, listed).map(({ value, count: many }) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the box is inside
        <label key={value} class={isBelow(facet, value) ? 'facet__item facet__item--sub' : 'facet__item'}>
          <Check checked={chosen.includes(value)} onChange={() => onChange(toggled(view, facet, value))} />
          <span class="clip">{nameOf(facet, value)}</span>
          <small>{many.toLocaleString('en')}</small>
        </label>
      ))}
      {listed.length === 0 && <p class="quiet">{texts.noValues}</p>}
    </fieldset>
  );
}

/** Categories stand in the order of the tree, each under the one above it. */
function sorted<Value extends { readonly value: string }>(facet: Facet, values: readonly Value[]): readonly Value[] {
  if (facet !== 'category') return values;
  const order = [...categories.value.keys()];
  return [...values].sort((a, b) => order.indexOf(a.value) - order.indexOf(b.value));
}

const isBelow = (facet: Facet, value: string): boolean =>
  facet === 'category' && categories.value.get(value)?.parent !== undefined;

/** As the rows call it; a category by its own label, under the one above it. */
export function nameOf(facet: Facet, value: string, isWhole = false): string {
  if (facet === 'category') return isWhole ? categoryPath(value) : (categories.value.get(value)?.label ?? value);
  if (facet === 'language') return languageName(value);
  return facet === 'type' ? (typeName(value) ?? value) : value;
}

function Years({ view, onChange }: Pick<Props, 'view' | 'onChange'>) {
  const years = [...(facets.value?.year ?? [])].sort((a, b) => Number(b.value) - Number(a.value));
  return (
    <fieldset class="facet">
      <legend>{texts.facets.year}</legend>
      {years.slice(0, MOST).map(({ value, count: many }) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the box is inside
        <label key={value} class="facet__item">
          <Check
            checked={view.year === Number(value)}
            onChange={(isOn) => onChange({ ...view, year: isOn ? Number(value) : undefined })}
          />
          <span>{value}</span>
          <small>{many.toLocaleString('en')}</small>
        </label>
      ))}
    </fieldset>
  );
}
