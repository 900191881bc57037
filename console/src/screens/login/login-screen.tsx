/** Log in: with a password, or at a provider. A first visit to an empty installation leads to the first account. */
import { useEffect } from 'preact/hooks';
import { useAuthOptions } from '../../api/auth-options.ts';
import { account, logIn } from '../../api/session.ts';
import { safeReturn } from '../../app/match.ts';
import { navigate } from '../../app/place.ts';
import { providerFailure } from '../../app/provider-return.ts';
import type { ScreenProps } from '../../app/screen.ts';
import { Button } from '../../parts/button.tsx';
import { Field, FieldError } from '../../parts/field.tsx';
import { Providers } from '../../parts/providers.tsx';
import { useForm } from '../../parts/use-form.ts';
import { login as texts } from '../../texts.ts';

export default function LoginScreen({ query }: ScreenProps) {
  const options = useAuthOptions();
  const next = safeReturn(query.get('next'));
  const { form, onSubmit, errors, busy } = useForm({
    names: ['username', 'password'],
    missing: texts.missing,
    last: 'password',
    send: ({ username, password }) => logIn(username, password),
    inWords: ({ status }) => (status === 401 ? texts.wrong : undefined),
  });

  const user = account.value;
  useEffect(() => {
    if (user) navigate(next ?? '/app/', { replace: true });
  }, [user]);
  useEffect(() => {
    if (options?.first_run && options.registration === 'open') navigate('/app/welcome', { replace: true });
  }, [options]);

  return (
    <section class="stack stack--full">
      <h1>{texts.title}</h1>
      {providerFailure.value !== undefined && <FieldError id="provider-failure">{providerFailure.value}</FieldError>}
      <form ref={form} class="stack stack--full" noValidate onSubmit={onSubmit}>
        <Field
          label={texts.username}
          placeholder={texts.usernameHint}
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          maxLength={254}
          focus
          error={errors.username}
        />
        <Field
          label={texts.password}
          type="password"
          name="password"
          autocomplete="current-password"
          maxLength={1024}
          error={errors.password}
          beside={
            <a class="link quiet" href="/app/reset">
              {texts.forgot}
            </a>
          }
        />
        <Button kind="primary" wide type="submit" busy={busy}>
          {texts.submit}
        </Button>
      </form>
      <Providers options={options} returnTo={next === undefined ? '/app/login' : `/app/login?${new URLSearchParams({ next })}`} />
      {options?.registration === 'open' && (
        <p class="quiet">
          {texts.noAccount}{' '}
          <a class="link" href="/app/register">
            {texts.create}
          </a>
        </p>
      )}
    </section>
  );
}
