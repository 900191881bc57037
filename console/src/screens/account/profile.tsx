/** Username and e-mail address. A new address counts when the link that is mailed to it was opened. */
import { client } from '../../api/client.ts';
import { type Account, loadAccount } from '../../api/session.ts';
import { act } from '../../app/act.ts';
import { withFreshSession } from '../../app/fresh-session.tsx';
import { Setting } from '../../app/setting.tsx';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { toast } from '../../parts/toast.tsx';
import { useForm } from '../../parts/use-form.ts';
import { account } from '../../texts.ts';

const { profile: texts } = account;

export function ProfileSetting({ user }: { user: Account }) {
  const { form, onSubmit, errors, busy } = useForm({
    names: ['username', 'email'],
    missing: texts.missing,
    last: 'email',
    send: async ({ username, email }) => {
      const body = { ...(username === user.username ? {} : { username }), ...(email === user.email ? {} : { email }) };
      let pending: string | undefined;
      if (Object.keys(body).length > 0) {
        const isDone = await withFreshSession(async () => {
          ({ pending_email: pending } = await client.patch('/auth/me', { body }));
        });
        if (!isDone) return;
        await loadAccount();
      }
      toast({ text: pending === undefined ? texts.saved : texts.pending(pending) });
    },
  });
  const mail = () => act(() => client.post('/auth/email/verification'), texts.mailed(user.email));
  return (
    <Setting title={texts.title} text={texts.text}>
      <form ref={form} class="stack stack--full settingform" noValidate onSubmit={onSubmit}>
        <Field
          label={texts.username}
          name="username"
          value={user.username}
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          maxLength={64}
          error={errors.username}
        />
        <Field
          label={texts.email}
          type="email"
          name="email"
          value={user.email}
          autocomplete="email"
          maxLength={254}
          hint={user.email_verified ? undefined : texts.unverified}
          error={errors.email}
        />
        <div class="row">
          <Button type="submit" busy={busy}>
            {texts.save}
          </Button>
          {!user.email_verified && (
            <Button kind="plain" onClick={mail}>
              {texts.verify}
            </Button>
          )}
        </div>
      </form>
    </Setting>
  );
}
