/** Delete the account: the one action that asks before it is done. */
import { useState } from 'preact/hooks';
import { client } from '../../api/client.ts';
import { type Account, leave } from '../../api/session.ts';
import { act } from '../../app/act.ts';
import { Setting } from '../../app/setting.tsx';
import { useLoaded } from '../../app/use-loaded.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { account } from '../../texts.ts';

const { deletion: texts } = account;

export interface DeletionProps {
  readonly user: Account;
  readonly keys: number;
  readonly apps: number;
}

export function DeletionSetting({ user, keys, apps }: DeletionProps) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const count = useLoaded(() => client.get('/resources', { params: { query: { limit: 1, total: 'true' } } }));
  const documents = texts.documents(count.value?.total ?? 0);
  const isSure = typed.trim() === user.username;

  async function remove() {
    if (!isSure) return;
    setOpen(false);
    await act(async () => {
      await client.delete('/auth/me');
      leave();
    });
  }

  return (
    <Setting title={texts.title}>
      <div class="danger">
        <p>{texts.text(documents)}</p>
        <Button
          kind="danger"
          onClick={() => {
            setTyped('');
            setOpen(true);
          }}
        >
          {texts.open}
        </Button>
      </div>
      <Dialog
        open={isOpen}
        onClose={() => setOpen(false)}
        title={texts.ask(user.username)}
        foot={
          <>
            <Button onClick={() => setOpen(false)}>{texts.keep}</Button>
            <Button kind="danger-fill" disabled={!isSure} onClick={remove}>
              {texts.delete}
            </Button>
          </>
        }
      >
        <p class="soft">{texts.consequence(documents, keys, apps)}</p>
        <Field
          label={texts.type(user.username)}
          name="confirm-name"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </Dialog>
    </Setting>
  );
}
