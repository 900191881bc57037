/** Takes text or addresses, and says which of the two it sees. */
import { useId, useState } from 'preact/hooks';
import { Button } from '../../parts/button.tsx';
import { FieldError } from '../../parts/field.tsx';
import { addPasted } from '../../queue/actions.ts';
import { countWords, pastedSources } from '../../queue/sources.ts';
import { add as texts } from '../../texts.ts';

export function PasteForm({ usage }: { usage: string | undefined }) {
  const id = useId();
  const [pasted, setPasted] = useState('');
  const [isMissing, setMissing] = useState(false);
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const isEmpty = pastedSources(pasted).length === 0;
    setMissing(isEmpty);
    if (isEmpty) document.getElementById(id)?.focus();
    else setPasted(addPasted(pasted));
  };
  return (
    <form class="paste" onSubmit={onSubmit} noValidate>
      <div class="row row--apart">
        <label class="label" for={id}>
          {texts.paste.label}
        </label>
        <span class="quiet" id={`${id}-kind`}>
          {kindOf(pasted)}
        </span>
      </div>
      <textarea
        class="input"
        id={id}
        value={pasted}
        placeholder={texts.paste.placeholder}
        aria-describedby={isMissing ? `${id}-error` : `${id}-kind`}
        aria-invalid={isMissing ? 'true' : undefined}
        spellcheck={false}
        onInput={({ currentTarget }) => {
          setPasted(currentTarget.value);
          setMissing(false);
        }}
      />
      <div class="row row--apart">
        {isMissing ? <FieldError id={`${id}-error`}>{texts.paste.missing}</FieldError> : <span class="quiet num">{usage}</span>}
        {/* The second click of a double click would find the field empty. */}
        <Button kind="primary" type="submit" onClick={(event) => event.detail > 1 && event.preventDefault()}>
          {texts.paste.submit}
        </Button>
      </div>
    </form>
  );
}

function kindOf(pasted: string): string {
  const sources = pastedSources(pasted);
  const [first] = sources;
  if (!first) return texts.paste.hint;
  return first.kind === 'url' ? texts.paste.addresses(sources.length) : texts.paste.text(countWords(pasted));
}
