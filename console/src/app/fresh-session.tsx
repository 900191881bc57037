/**
 * Changes of the account need a login of the last 15 minutes. Where it is older, a small dialog asks for the password, and the
 * action goes on; an account without a password logs in again at its provider.
 */
import { signal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { useAuthOptions } from '../api/auth-options.ts';
import { client } from '../api/client.ts';
import { PharosError } from '../api/errors.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Providers } from '../parts/providers.tsx';
import { useForm } from '../parts/use-form.ts';
import { account as texts } from '../texts.ts';

interface Question {
  /** All that wait for it. `false`: the person went back, or left the screen. */
  readonly answered: Promise<boolean>;
  readonly answer: (isConfirmed: boolean) => void;
}

const question = signal<Question | undefined>(undefined);
const hasPassword = signal(true);
/** Stands for the dialog of the open screen: it does not ask for what another screen began. */
let asker: object | undefined;

/** Runs `action`, after a confirmation where it needs one. False if the person went back. */
export async function withFreshSession(action: () => Promise<unknown>): Promise<boolean> {
  const begunOn = asker;
  try {
    await action();
  } catch (error) {
    if (!(error instanceof PharosError && error.code === 'insufficient_user_authentication')) throw error;
    // An Undo on a screen without the dialog.
    if (!begunOn) throw error;
    if (begunOn !== asker || !(await confirmed())) return false;
    await action();
  }
  return true;
}

function confirmed(): Promise<boolean> {
  const asked = question.peek() ?? ask();
  question.value = asked;
  return asked.answered;
}

function ask(): Question {
  let resolve: (isConfirmed: boolean) => void;
  const answered = new Promise<boolean>((given) => {
    resolve = given;
  });
  const asked: Question = {
    answered,
    answer: (isConfirmed) => {
      if (question.peek() === asked) question.value = undefined;
      resolve(isConfirmed);
    },
  };
  return asked;
}

/** Stands once on a screen whose actions use `withFreshSession`. */
export function ConfirmDialog() {
  const asked = question.value;
  useLayoutEffect(() => {
    asker = {};
    return () => {
      asker = undefined;
      question.peek()?.answer(false);
    };
  }, []);
  return (
    <Dialog open={asked !== undefined} onClose={() => question.peek()?.answer(false)} title={texts.confirm.title}>
      {hasPassword.value ? <ConfirmForm /> : <LogInAgain />}
    </Dialog>
  );
}

function ConfirmForm() {
  const { form, onSubmit, errors, busy } = useForm({
    names: ['password'],
    missing: { password: texts.confirm.missing },
    last: 'password',
    send: async ({ password }) => {
      const asked = question.peek();
      await client.post('/auth/confirm', { body: { password } });
      asked?.answer(true);
    },
    inWords: ({ status }) => {
      if (status === 409) hasPassword.value = false;
      return status === 403 ? texts.confirm.wrong : undefined;
    },
  });
  return (
    <form ref={form} class="stack stack--full" noValidate onSubmit={onSubmit}>
      <p class="soft">{texts.confirm.text}</p>
      <Field
        label={texts.confirm.password}
        type="password"
        name="password"
        autocomplete="current-password"
        maxLength={1024}
        error={errors.password}
      />
      <div class="row row--end">
        <Button onClick={() => question.peek()?.answer(false)}>{texts.confirm.cancel}</Button>
        <Button kind="primary" type="submit" busy={busy}>
          {texts.confirm.go}
        </Button>
      </div>
    </form>
  );
}

function LogInAgain() {
  const options = useAuthOptions();
  return (
    <>
      <p class="soft">{texts.confirm.noPassword}</p>
      <Providers options={options} returnTo={location.pathname} />
    </>
  );
}
