/** A forgotten password: ask for a link, and choose a new password with the link of the mail. */
import { useState } from 'preact/hooks';
import { useAuthOptions } from '../../api/auth-options.ts';
import { client } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { NewPassword } from '../../parts/new-password.tsx';
import { useForm } from '../../parts/use-form.ts';
import { login, recovery as texts } from '../../texts.ts';
import { useMailToken } from './mail-token.ts';
import { Outcome } from './outcome.tsx';

export default function ResetScreen() {
  const token = useMailToken();
  return <Reset key={token} token={token} />;
}

function Reset({ token }: { token: string }) {
  const [isAsking, setAsking] = useState(token === '');
  return isAsking ? <AskForLink /> : <ChoosePassword token={token} onExpired={() => setAsking(true)} />;
}

function AskForLink() {
  const options = useAuthOptions();
  const [isSent, setSent] = useState(false);
  const { form, onSubmit, errors, busy } = useForm({
    names: ['email'],
    missing: login.missing,
    last: 'email',
    send: async ({ email }) => {
      await client.post('/auth/password/forgot', { body: { email } });
      setSent(true);
    },
  });
  if (isSent) return <Outcome title={texts.sent} text={texts.sentText} />;
  if (options?.mail === false) return <Outcome title={texts.noMail} text={texts.noMailText} />;
  return (
    <section class="stack stack--full">
      <div class="gate__title">
        <h1>{texts.forgot}</h1>
        <p class="soft">{texts.forgotText}</p>
      </div>
      <form ref={form} class="stack stack--full" noValidate onSubmit={onSubmit}>
        <Field label={login.email} type="email" name="email" autocomplete="email" maxLength={254} focus error={errors.email} />
        <Button kind="primary" wide type="submit" busy={busy}>
          {texts.send}
        </Button>
      </form>
      <p class="quiet">
        <a class="link" href="/app/login">
          {texts.back}
        </a>
      </p>
    </section>
  );
}

function ChoosePassword({ token, onExpired }: { token: string; onExpired: () => void }) {
  const [isDone, setDone] = useState(false);
  const [isGone, setGone] = useState(false);
  const { form, onSubmit, errors, busy } = useForm({
    names: ['password'],
    missing: { password: login.missing.newPassword },
    last: 'password',
    send: async ({ password }) => {
      await client.post('/auth/password/reset', { body: { token, password } });
      setDone(true);
    },
    inWords: ({ status, errors }) => {
      if (status !== 410 && !errors.some(({ path }) => path === 'token')) return undefined;
      setGone(true);
      return texts.gone;
    },
  });
  if (isDone) return <Outcome title={texts.done} text={texts.doneText} action={texts.logIn} />;
  return (
    <section class="stack stack--full">
      <h1>{texts.reset}</h1>
      <form ref={form} class="stack stack--full" noValidate onSubmit={onSubmit}>
        <NewPassword label={texts.newPassword} error={errors.password} focus />
        <Button kind="primary" wide type="submit" busy={busy}>
          {texts.set}
        </Button>
      </form>
      {isGone && (
        <Button wide onClick={onExpired}>
          {texts.again}
        </Button>
      )}
    </section>
  );
}
