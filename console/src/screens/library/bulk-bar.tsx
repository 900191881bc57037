/** What can be done with the selected documents. Tagging asks for the tag in the same place. */
import { useEffect, useId, useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { typedTags } from '../../parts/typed-tags.ts';
import { library as texts } from '../../texts/library.ts';
import { changeSelected } from './bulk.ts';
import type { Change } from './change.ts';
import { knownTags } from './facets.ts';
import { clearSelection, countSelected } from './selection.ts';
import type { View } from './view.ts';

/** Several of the API's longest tags. */
const LONGEST = 500;

export function BulkBar({ view }: { view: View }) {
  const [isTagging, setTagging] = useState(false);
  const count = countSelected.value;
  useEffect(() => {
    if (count === 0) setTagging(false);
  }, [count === 0]);
  if (count === 0) return null;
  const change = (what: Change) => changeSelected(what, view, Date.now());
  return (
    <div class="bulk" role="toolbar" aria-label={texts.bulk.label}>
      {isTagging ? (
        <TagForm onChange={change} onBack={() => setTagging(false)} />
      ) : (
        <>
          <span class="bulk__count" role="status">
            {texts.bulk.selected(count)}
          </span>
          <Button small icon="tag" onClick={() => setTagging(true)}>
            {texts.bulk.tag}
          </Button>
          <Button small icon="retry" onClick={() => change({ action: 'reprocess' })}>
            {texts.bulk.reprocess}
          </Button>
          <Button small icon="trash" onClick={() => change({ action: 'delete' })}>
            {texts.bulk.delete}
          </Button>
          <Button small icon="x" aria-label={texts.bulk.clear} onClick={clearSelection} />
        </>
      )}
    </div>
  );
}

function TagForm({ onChange, onBack }: { onChange: (change: Change) => void; onBack: () => void }) {
  const id = useId();
  const [tag, setTag] = useState('');
  const given = typedTags(tag, knownTags.value);
  useEffect(() => document.getElementById(id)?.focus(), []);
  return (
    <form
      class="bulk__tag"
      onSubmit={(event) => {
        event.preventDefault();
        if (given.length > 0) onChange({ action: 'tag', add_tags: given });
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onBack();
      }}
    >
      <input
        class="input input--sm"
        id={id}
        value={tag}
        maxLength={LONGEST}
        aria-label={texts.bulk.tagName}
        placeholder={texts.bulk.tag}
        list={`${id}-known`}
        autocomplete="off"
        onInput={({ currentTarget }) => setTag(currentTarget.value)}
      />
      <datalist id={`${id}-known`}>
        {knownTags.value.map((known) => (
          <option key={known} value={known} />
        ))}
      </datalist>
      <Button small type="submit" disabled={given.length === 0}>
        {texts.bulk.addTag}
      </Button>
      <Button small disabled={given.length === 0} onClick={() => onChange({ action: 'tag', remove_tags: given })}>
        {texts.bulk.removeTag}
      </Button>
      <Button small icon="x" aria-label={texts.bulk.back} onClick={onBack} />
    </form>
  );
}
