/** Cells that the list and the cards have in common. */
import type { Resource } from '../../../../clients/typescript/src/index.ts';
import { categoryPath } from '../../api/taxonomy.ts';
import { Bar } from '../../parts/bar.tsx';
import { Check } from '../../parts/check.tsx';
import { Kind } from '../../parts/chip.tsx';
import { library as texts } from '../../texts/library.ts';
import { languageName, typeName } from '../../texts/names.ts';
import { isSelected, select } from './selection.ts';
import { qualityWord, titleOf } from './words.ts';

interface Props {
  readonly resource: Resource;
  readonly place: number;
}

export function SelectBox({ resource, place }: Props) {
  return (
    <Check
      label={texts.select(titleOf(resource))}
      checked={isSelected(resource.id)}
      onChange={(isOn, extend) => select(place, isOn, extend)}
    />
  );
}

/** Rows are walked through by their titles: `data-place` is where one stands. */
export function Title({ resource, place, clip = false }: Props & { readonly clip?: boolean }) {
  return (
    <a
      class={clip ? 'clip row-title' : undefined}
      href={`/app/documents/${encodeURIComponent(resource.id)}`}
      data-place={place}
      lang={resource.language}
    >
      {titleOf(resource)}
    </a>
  );
}

export const typeOf = ({ content_type }: Resource): string | undefined => typeName(content_type?.split(';', 1)[0]);

export function Type({ resource }: { resource: Resource }) {
  const type = typeOf(resource);
  return type === undefined ? null : <Kind>{type}</Kind>;
}

export const categoryOf = ({ category }: Resource): string =>
  category === undefined ? texts.uncategorised : categoryPath(category);

export const languageOf = ({ language }: Resource): string => (language === undefined ? '' : languageName(language));

export function Quality({ resource }: { resource: Resource }) {
  const { quality_score: score } = resource;
  const word = qualityText(resource);
  if (resource.status === 'failed')
    return (
      <span class="state" data-state="failed">
        {word}
      </span>
    );
  if (score === undefined) return <span class="soft">{word}</span>;
  return (
    <span class="quality-cell">
      <Bar value={score} width="2.5rem" />
      <span class="soft">{word}</span>
    </span>
  );
}

export function qualityText({ quality_score: score, status }: Resource): string {
  if (status === 'failed') return texts.failed;
  if (score !== undefined) return qualityWord(score);
  return status === 'completed' ? texts.notMeasured : texts.inWork;
}
