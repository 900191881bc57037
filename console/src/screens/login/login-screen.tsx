/** Log in: with a password, or at a provider. A first visit to an empty installation leads to the first account. */
import { useEffect } from 'preact/hooks';
import { useAuthOptions } from '../../api/auth-options.ts';
import { account } from '../../api/session.ts';
import { LoginFields, useLoginForm } from '../../app/login-form.tsx';
import { safeReturn } from '../../app/match.ts';
import { navigate } from '../../app/place.ts';
import { providerFailure } from '../../app/provider-return.ts';
import type { ScreenProps } from '../../app/screen.ts';
import { Button } from '../../parts/button.tsx';
import { FieldError } from '../../parts/field.tsx';
import { Providers } from '../../parts/providers.tsx';
import { login as texts } from '../../texts.ts';

export default function LoginScreen({ query }: ScreenProps) {
  const options = useAuthOptions();
  const next = safeReturn(query.get('next'));
  const { form, onSubmit, errors, busy } = useLoginForm();

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
        <LoginFields
          errors={errors}
          focus
          besidePassword={
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
