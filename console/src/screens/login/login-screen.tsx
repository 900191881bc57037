/** Log in with a password. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { isUnreachable, PharosError, sentenceOf } from '../../api/errors.ts';
import { logIn } from '../../api/session.ts';
import { safeReturn } from '../../app/match.ts';
import { navigate } from '../../app/place.ts';
import type { ScreenProps } from '../../app/screen.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { login as texts } from '../../texts.ts';

export default function LoginScreen({ query }: ScreenProps) {
  const errors = useSignal<{ username?: string; password?: string }>({});
  const busy = useSignal(false);
  const usernameInput = useRef<HTMLInputElement>(null);
  const passwordInput = useRef<HTMLInputElement>(null);

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const username = usernameInput.current?.value.trim() ?? '';
    const password = passwordInput.current?.value ?? '';
    errors.value = {
      ...(username === '' && { username: texts.missing.username }),
      ...(password === '' && { password: texts.missing.password }),
    };
    if (username === '') return usernameInput.current?.focus();
    if (password === '') return passwordInput.current?.focus();
    busy.value = true;
    try {
      await logIn(username, password);
      navigate(safeReturn(query.get('next')) ?? '/app/', { replace: true });
    } catch (error) {
      errors.value = { password: reasonOf(error) };
      passwordInput.current?.focus();
    } finally {
      busy.value = false;
    }
  }

  return (
    <section class="stack stack--full">
      <h1>{texts.title}</h1>
      <form class="stack stack--full" noValidate onSubmit={submit}>
        <Field
          label={texts.username}
          placeholder={texts.usernameHint}
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          focus
          error={errors.value.username}
          inputRef={usernameInput}
        />
        <Field
          label={texts.password}
          type="password"
          name="password"
          autocomplete="current-password"
          error={errors.value.password}
          inputRef={passwordInput}
        />
        <Button kind="primary" wide type="submit" busy={busy.value}>
          {texts.submit}
        </Button>
      </form>
    </section>
  );
}

function reasonOf(error: unknown): string {
  if (isUnreachable(error)) return texts.unreachable;
  if (!(error instanceof PharosError)) throw error;
  if (error.status === 401) return texts.wrong;
  if (error.status === 429 && error.retryAfter !== undefined) return texts.tooMany(Math.ceil(error.retryAfter));
  return sentenceOf(error);
}
