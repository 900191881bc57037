/** The body of a request as text, under its content type. */
import { useId } from 'preact/hooks';
import { FieldError } from '../../parts/field.tsx';

interface Props {
  readonly contentType: string;
  readonly text: string;
  readonly error: string | undefined;
  readonly onInput: (text: string) => void;
}

export function BodyText({ contentType, text, error, onInput }: Props) {
  const id = useId();
  const errorId = `${id}-error`;
  return (
    <div class="field">
      <label for={id}>{contentType}</label>
      <textarea
        {...{ id, value: text, spellcheck: false }}
        class="input"
        aria-invalid={error === undefined ? undefined : 'true'}
        aria-describedby={error === undefined ? undefined : errorId}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      {error !== undefined && <FieldError id={errorId}>{error}</FieldError>}
    </div>
  );
}
