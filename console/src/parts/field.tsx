/** A field with its visible label, a hint and an error under it. A placeholder is never the label. */
import type { AllHTMLAttributes, ComponentChildren, RefObject } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icon.tsx';

export interface FieldProps extends Pick<AllHTMLAttributes<HTMLInputElement>, InputAttribute> {
  readonly label: string;
  readonly value?: string | undefined;
  readonly type?: 'text' | 'email' | 'password' | 'number' | 'date' | 'url';
  readonly hint?: ComponentChildren;
  /** What is wrong with the value, and what would be right. */
  readonly error?: string | undefined;
  /** Beside the label at the end of its line, such as a link. */
  readonly beside?: ComponentChildren;
  readonly inputRef?: RefObject<HTMLInputElement | null>;
  /** A new screen begins with this field. */
  readonly focus?: boolean;
}

type InputAttribute =
  | 'id'
  | 'name'
  | 'placeholder'
  | 'disabled'
  | 'required'
  | 'maxLength'
  | 'min'
  | 'max'
  | 'autocomplete'
  | 'autocapitalize'
  | 'spellcheck'
  | 'inputMode'
  | 'onInput'
  | 'onChange'
  | 'onBlur'
  | 'onKeyDown';

export function Field({ label, type = 'text', hint, error, beside, inputRef, focus, id: given, ...input }: FieldProps) {
  const made = useId();
  const id = typeof given === 'string' ? given : made;
  const described = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class="field">
      {beside === undefined ? (
        <label for={id}>{label}</label>
      ) : (
        <span class="row row--apart">
          <label class="label" for={id}>
            {label}
          </label>
          {beside}
        </span>
      )}
      <input
        {...input}
        {...(inputRef && { ref: inputRef })}
        id={id}
        type={type as 'text'}
        class="input"
        data-focus={focus ? '' : undefined}
        aria-invalid={error === undefined ? undefined : 'true'}
        aria-describedby={described === '' ? undefined : described}
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

/** Announced when it appears. */
export function FieldError({ id, children }: { id: string; children: ComponentChildren }) {
  return (
    <span class="field__error" id={id} role="alert">
      <Icon name="alert" small />
      <span>{children}</span>
    </span>
  );
}
