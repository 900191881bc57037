/** The link that proves an e-mail address: it counts with the password of the account, or with its session in this browser. */
import { useEffect, useState } from 'preact/hooks';
import { client } from '../../api/client.ts';
import { sentenceOf } from '../../api/errors.ts';
import { account, loadAccount } from '../../api/session.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { useForm } from '../../parts/use-form.ts';
import { login, recovery as texts } from '../../texts.ts';
import { useMailToken } from './mail-token.ts';
import { Outcome } from './outcome.tsx';

export default function VerifyScreen() {
  const token = useMailToken();
  return <Verify key={token} token={token} />;
}

function Verify({ token }: { token: string }) {
  const [state, setState] = useState<'asks' | 'tries' | 'verified'>(token !== '' && account.value ? 'tries' : 'asks');
  const { form, onSubmit, errors, busy } = useForm({
    names: ['password'],
    missing: login.missing,
    last: 'password',
    send: async ({ password }) => {
      await client.post('/auth/email/verify', { body: { token, password } });
      setState('verified');
    },
    inWords: (error) => (error.status === 410 ? `${sentenceOf(error)} ${texts.askAgain}` : undefined),
  });

  useEffect(() => {
    if (state !== 'tries') return;
    // Another account's session is refused: its person may have the password of this one.
    client.post('/auth/email/verify', { body: { token } }).then(
      async () => {
        setState('verified');
        await loadAccount();
      },
      () => setState('asks'),
    );
  }, []);

  if (token === '') return <Outcome title={texts.incomplete} text={texts.incompleteText} />;
  if (state === 'verified')
    return (
      <Outcome title={texts.verified} text={texts.verifiedText} action={account.value ? texts.toApp : texts.logIn} href="/app/" />
    );
  if (state === 'tries') return <h1>{texts.verify}</h1>;
  return (
    <section class="stack stack--full">
      <div class="gate__title">
        <h1>{texts.verify}</h1>
        <p class="soft">{texts.verifyText}</p>
      </div>
      <form ref={form} class="stack stack--full" noValidate onSubmit={onSubmit}>
        <Field
          label={login.password}
          type="password"
          name="password"
          autocomplete="current-password"
          maxLength={1024}
          focus
          error={errors.password}
        />
        <Button kind="primary" wide type="submit" busy={busy}>
          {texts.confirm}
        </Button>
      </form>
    </section>
  );
}
