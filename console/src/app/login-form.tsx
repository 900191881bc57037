/** The form that begins a session by username and password, as the login and the reference have it. */
import type { ComponentChildren } from 'preact';
import { logIn } from '../api/session.ts';
import { Field } from '../parts/field.tsx';
import { useForm } from '../parts/use-form.ts';
import { login as texts } from '../texts.ts';

const NAMES = ['username', 'password'] as const;
type Name = (typeof NAMES)[number];

export const useLoginForm = () =>
  useForm<Name>({
    names: NAMES,
    missing: texts.missing,
    last: 'password',
    send: ({ username, password }) => logIn(username, password),
    inWords: ({ status }) => (status === 401 ? texts.wrong : undefined),
  });

interface LoginFieldsProps {
  readonly errors: Partial<Record<Name, string>>;
  /** Whether the first field has the focus when the screen opens. */
  readonly focus?: boolean;
  readonly besidePassword?: ComponentChildren;
}

export function LoginFields({ errors, focus = false, besidePassword }: LoginFieldsProps) {
  return (
    <>
      <Field
        label={texts.username}
        placeholder={texts.usernameHint}
        name="username"
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        maxLength={254}
        focus={focus}
        error={errors.username}
      />
      <Field
        label={texts.password}
        type="password"
        name="password"
        autocomplete="current-password"
        maxLength={1024}
        error={errors.password}
        beside={besidePassword}
      />
    </>
  );
}
