/** A field for a new password, with how strong it is in words and as a row of four bars. */
import { useState } from 'preact/hooks';
import { register as texts } from '../texts.ts';
import { Field } from './field.tsx';
import { strengthOf } from './strength.ts';

export interface NewPasswordProps {
  readonly label: string;
  readonly name?: string;
  readonly error?: string | undefined;
  readonly focus?: boolean;
}

export function NewPassword({ label, name = 'password', error, focus = false }: NewPasswordProps) {
  const [strength, setStrength] = useState(0);
  return (
    <Field
      label={label}
      type="password"
      name={name}
      autocomplete="new-password"
      maxLength={128}
      focus={focus}
      error={error}
      onInput={(event) => setStrength(strengthOf(event.currentTarget.value))}
      hint={
        <>
          <span class="strength" aria-hidden="true">
            {[1, 2, 3, 4].map((step) => (
              <i key={step} data-on={step <= strength ? '' : undefined} />
            ))}
          </span>
          <span>{texts.strength[strength]}</span>
        </>
      }
    />
  );
}
