/** The category, which a person can correct. */
import type { Resource } from '../../../../clients/typescript/src/index.ts';
import { categories, categoryPath, labelOf } from '../../api/taxonomy.ts';
import { Select } from '../../parts/select.tsx';
import { documentTexts } from '../../texts/document.ts';
import type { OpenDocument } from './document-store.ts';

const texts = documentTexts.category;

export function CategoryField({ resource, open }: { resource: Resource; open: OpenDocument }) {
  const known = [...categories.value.keys()];
  const current = resource.category ?? '';
  const options = [
    // What no one can choose, but a document can have.
    ...(known.includes(current)
      ? []
      : [{ value: current, label: current === '' ? texts.none : labelOf(current), disabled: true }]),
    ...known.map((id) => ({ value: id, label: categoryPath(id) })),
  ];
  const confidence = resource.categories.find(({ id }) => id === current)?.confidence;
  const isCorrected = resource.edited.includes('category');
  const choose = (category: string) => {
    const back = current === '' ? undefined : () => ({ category: current });
    void open.change(() => ({ category }), texts.changed(categoryPath(category)), back);
  };
  return (
    <section>
      <h2>{texts.title}</h2>
      <Select small hideLabel label={texts.title} value={current} options={options} onChange={choose} />
      {isCorrected ? (
        <p class="quiet">{texts.corrected}</p>
      ) : (
        confidence !== undefined && <p class="quiet">{texts.suggested(confidence)}</p>
      )}
    </section>
  );
}
