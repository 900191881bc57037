/** Values of one filter with their counts, several of which can be chosen. Long lists begin short. */
import { useState } from 'preact/hooks';
import { counted } from '../../texts/names.ts';
import { search as texts } from '../../texts/search.ts';

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

interface Props {
  readonly legend: string;
  readonly values: readonly FacetValue[];
  readonly chosen: readonly string[];
  readonly nameOf: (value: string) => string;
  readonly onToggle: (value: string) => void;
  readonly isSub?: (value: string) => boolean;
  /** Values that are shown at first. */
  readonly short?: number;
}

const SHORT = 5;

/** A chosen value stays in its place, even where nothing has it any more. */
export function withChosen(values: readonly FacetValue[], chosen: readonly string[]): readonly FacetValue[] {
  const known = new Set(values.map(({ value }) => value));
  return [...values, ...chosen.filter((value) => !known.has(value)).map((value) => ({ value, count: 0 }))];
}

export function FacetList({ legend, values, chosen, nameOf, onToggle, isSub, short = SHORT }: Props) {
  const [all, setAll] = useState(false);
  const known = withChosen(values, chosen);
  if (known.length === 0) return null;
  // One more than fits is shown in place of the button.
  const isLong = known.length > short + 1;
  const shown = isLong && !all ? known.filter(({ value }, index) => index < short || chosen.includes(value)) : known;
  return (
    <fieldset class="facet">
      <legend>{legend}</legend>
      {shown.map(({ value, count }) => (
        <label key={value} class={isSub?.(value) ? 'facet__item facet__item--sub' : 'facet__item'}>
          <input class="check" type="checkbox" checked={chosen.includes(value)} onChange={() => onToggle(value)} />
          <span class="clip" title={nameOf(value)} dir="auto">
            {nameOf(value)}
          </span>
          <small>{counted(count)}</small>
        </label>
      ))}
      {isLong && (
        <button class="link facet__more" type="button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? texts.fewer : texts.more(known.length - shown.length)}
        </button>
      )}
    </fieldset>
  );
}
