/** The fields of one category. */
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Select } from '../../parts/select.tsx';
import { TextArea } from '../../parts/text-area.tsx';
import { taxonomy as texts } from '../../texts/taxonomy.ts';
import { heightOf, MAX_LEVELS, type Place, placesOf, type TextField } from './draft.ts';
import { add, base, drafts, moveUnder, refusal, remove, setText, shift } from './state.ts';

const ROOT = '';

interface EditorProps {
  readonly place: Place;
  /** Whether the label is to have the focus now. Asked once for each category that is shown, and when `edits` rises. */
  readonly takesFocus: () => boolean;
  readonly edits: number;
  /** The tree has the focus again. */
  readonly onAll: () => void;
  /** Another category is to be edited. */
  readonly onEdit: () => void;
}

export function CategoryEditor({ place, takesFocus, edits, onAll, onEdit }: EditorProps) {
  const { draft, siblings, index, level } = place;
  const { key } = draft;
  const label = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!takesFocus()) return;
    label.current?.focus();
    label.current?.select();
  }, [edits]);
  const addBelow = () => {
    add(key);
    onEdit();
  };
  const removeIt = () => {
    remove(key);
    onAll();
  };
  const isSaved = base.value?.ids.has(draft.id) === true && draft.hasOwnId;
  const errorOf = (field: TextField) => {
    const found = refusal.value;
    return found?.key === key && found.field === field ? texts.refused(found.message, found.line) : undefined;
  };
  const onText = (field: TextField) => (value: string) => setText(key, field, value);
  return (
    <section class="panel tax-editor" aria-label={texts.editor(draft.label)}>
      <div class="panel__head">
        <Button small class="tax-editor__all" onClick={onAll}>
          {texts.all}
        </Button>
        <h2>{texts.editor(draft.label)}</h2>
      </div>
      <div class="stack stack--full">
        <div class="row tax-editor__actions">
          <Button small icon="up" disabled={index === 0} onClick={() => shift(key, -1)}>
            {texts.moveUp}
          </Button>
          <Button small icon="down" disabled={index === siblings.length - 1} onClick={() => shift(key, 1)}>
            {texts.moveDown}
          </Button>
          <Button small disabled={level >= MAX_LEVELS} onClick={addBelow}>
            {texts.addBelow}
          </Button>
          <Button small kind="danger" icon="trash" onClick={removeIt}>
            {texts.remove}
          </Button>
        </div>
        <Field
          label={texts.label}
          value={draft.label}
          maxLength={100}
          inputRef={label}
          error={errorOf('label')}
          onInput={(event) => setText(key, 'label', event.currentTarget.value)}
        />
        {isSaved ? (
          <div class="field">
            <span class="label">{texts.id}</span>
            <code>{draft.id}</code>
            <span class="field__hint">{errorOf('id') ?? texts.idFixed}</span>
          </div>
        ) : (
          <Field
            label={texts.id}
            value={draft.id}
            maxLength={64}
            spellcheck={false}
            autocapitalize="off"
            hint={texts.idHint}
            error={errorOf('id')}
            onInput={(event) => setText(key, 'id', event.currentTarget.value)}
          />
        )}
        <TextArea
          label={texts.description}
          value={draft.description}
          rows={2}
          maxLength={1_000}
          hint={texts.descriptionHint}
          error={errorOf('description')}
          onInput={onText('description')}
        />
        <TextArea
          label={texts.keywords}
          value={draft.keywords}
          rows={6}
          hint={texts.keywordsHint}
          error={errorOf('keywords')}
          onInput={onText('keywords')}
        />
        <TextArea
          label={texts.examples}
          value={draft.examples}
          rows={6}
          hint={texts.examplesHint}
          error={errorOf('examples')}
          onInput={onText('examples')}
        />
        <Select
          label={texts.parent}
          value={place.parent ? String(place.parent.key) : ROOT}
          onChange={(value) => moveUnder(key, value === ROOT ? undefined : Number(value))}
          options={parentsFor(place)}
        />
      </div>
    </section>
  );
}

/** The categories that it may stand below: not itself, none below it, and none that would make too many levels. */
function parentsFor({ draft }: Place) {
  const own = new Set(placesOf([draft]).map((below) => below.draft.key));
  const height = heightOf(draft);
  const others = placesOf(drafts.value).filter((place) => !own.has(place.draft.key) && place.level + height <= MAX_LEVELS);
  return [
    { value: ROOT, label: texts.root },
    ...others.map((place) => ({
      value: String(place.draft.key),
      label: `${'\u2003'.repeat(place.level - 1)}${texts.editor(place.draft.label)}`,
    })),
  ];
}
