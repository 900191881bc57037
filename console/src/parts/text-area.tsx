/** A field of several lines with its visible label, a hint and an error under it. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { FieldError } from './field.tsx';

export interface TextAreaProps {
  readonly label: string;
  readonly value: string;
  readonly rows: number;
  readonly onInput: (value: string) => void;
  readonly maxLength?: number;
  readonly hint?: ComponentChildren;
  readonly error?: string | undefined;
}

export function TextArea({ label, value, rows, onInput, maxLength, hint, error }: TextAreaProps) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        class="input"
        rows={rows}
        value={value}
        {...(maxLength === undefined ? {} : { maxLength })}
        aria-invalid={error === undefined ? undefined : 'true'}
        aria-describedby={described === '' ? undefined : described}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {hint !== undefined && (
        <span class="field__hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error !== undefined && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </div>
  );
}
