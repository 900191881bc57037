/** Create an account, the first of an installation included. It is logged in at once. */
import { useEffect } from 'preact/hooks';
import { useAuthOptions } from '../../api/auth-options.ts';
import { client } from '../../api/client.ts';
import { account, logIn } from '../../api/session.ts';
import { navigate } from '../../app/place.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { NewPassword } from '../../parts/new-password.tsx';
import { Providers } from '../../parts/providers.tsx';
import { useForm } from '../../parts/use-form.ts';
import { login, register as texts } from '../../texts.ts';

export default function RegisterScreen() {
  const options = useAuthOptions();
  const { form, onSubmit, errors, busy } = useForm({
    names: ['username', 'email', 'password'],
    missing: { username: login.missing.newUsername, email: login.missing.email, password: login.missing.newPassword },
    last: 'password',
    send: async ({ username, email, password }) => {
      await client.post('/auth/register', { body: { username, email, password } });
      await logIn(username, password);
    },
  });

  const user = account.value;
  useEffect(() => {
    if (user) navigate('/app/', { replace: true });
  }, [user]);

  if (options?.registration === 'closed') return <Closed />;
  const isFirst = options?.first_run ?? location.pathname === '/app/welcome';
  return (
    <section class="stack stack--full">
      <div class="gate__title">
        <h1>{isFirst ? texts.first : texts.title}</h1>
        {isFirst && <p class="soft">{texts.firstText}</p>}
      </div>
      <form ref={form} class="stack stack--full" noValidate onSubmit={onSubmit}>
        <Field
          label={login.username}
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          maxLength={64}
          focus
          error={errors.username}
        />
        <Field
          label={login.email}
          type="email"
          name="email"
          autocomplete="email"
          maxLength={254}
          hint={texts.emailHint}
          error={errors.email}
        />
        <NewPassword label={login.password} error={errors.password} />
        <Button kind="primary" wide type="submit" busy={busy}>
          {texts.submit}
        </Button>
      </form>
      {!isFirst && <Providers options={options} returnTo="/app/login" />}
      {!isFirst && (
        <p class="quiet">
          {texts.known}{' '}
          <a class="link" href="/app/login">
            {texts.logIn}
          </a>
        </p>
      )}
    </section>
  );
}

const Closed = () => (
  <section class="stack stack--full">
    <div class="gate__title">
      <h1>{texts.closed}</h1>
      <p class="soft">{texts.closedText}</p>
    </div>
    <a class="btn btn--primary btn--wide" href="/app/login">
      {texts.logIn}
    </a>
  </section>
);
