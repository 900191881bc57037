/** A login that fills the token, and the token itself. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useAuthOptions } from '../../api/auth-options.ts';
import { account } from '../../api/session.ts';
import { LoginFields, useLoginForm } from '../../app/login-form.tsx';
import { DOCS, loginFor } from '../../app/match.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Field } from '../../parts/field.tsx';
import { login, reference } from '../../texts.ts';
import { readSessionToken, sessionToken, typed } from './token.ts';

const { token: texts } = reference;
/** The longest header that the server reads has 16 KB. */
const MAX_TOKEN = 8_000;

export function TokenPanel() {
  const user = account.value;
  useEffect(() => {
    typed.value = undefined;
    void readSessionToken();
  }, [user?.id]);
  return (
    <section class="panel tokenpanel" aria-labelledby="token-title">
      <div class="panel__head">
        <h2 id="token-title">{texts.title}</h2>
        <p role="status">{saying(user?.username)}</p>
      </div>
      {!user && <LogInHere />}
      <TokenField canRestore={user !== null && user !== undefined} />
    </section>
  );
}

function saying(username: string | undefined): string {
  if (typed.value !== undefined) return typed.value.trim() === '' ? texts.none : texts.other;
  return username === undefined ? texts.visitor : texts.of(username);
}

function LogInHere() {
  const options = useAuthOptions();
  const { form, onSubmit, errors, busy } = useLoginForm();
  return (
    <form ref={form} class="tokenpanel__login" noValidate onSubmit={onSubmit}>
      <LoginFields errors={errors} />
      <Button kind="primary" type="submit" busy={busy}>
        {login.submit}
      </Button>
      {options !== undefined && options.providers.length > 0 && (
        <a class="link quiet" href={loginFor(DOCS)}>
          {texts.providers}
        </a>
      )}
    </form>
  );
}

function TokenField({ canRestore }: { canRestore: boolean }) {
  const isShown = useSignal(false);
  const value = typed.value ?? sessionToken.value;
  return (
    <div class="tokenpanel__token">
      <Field
        label={texts.field}
        type={isShown.value ? 'text' : 'password'}
        value={value}
        hint={texts.hint}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={MAX_TOKEN}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
        beside={
          canRestore && typed.value !== undefined ? (
            <button
              class="link quiet"
              type="button"
              onClick={() => {
                typed.value = undefined;
                void readSessionToken();
              }}
            >
              {texts.restore}
            </button>
          ) : undefined
        }
      />
      <Button
        aria-pressed={isShown.value}
        onClick={() => {
          isShown.value = !isShown.value;
        }}
      >
        {isShown.value ? texts.hide : texts.show}
      </Button>
      {value !== '' && <CopyButton text={value} />}
    </div>
  );
}
