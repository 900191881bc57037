/** The ways to log in: the password, and the providers that this server offers. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { client } from '../../api/client.ts';
import { act } from '../../app/act.ts';
import { withFreshSession } from '../../app/fresh-session.tsx';
import { Entry, Setting, WhenLoaded } from '../../app/setting.tsx';
import { useLoaded } from '../../app/use-loaded.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { NewPassword } from '../../parts/new-password.tsx';
import { toast } from '../../parts/toast.tsx';
import { useForm } from '../../parts/use-form.ts';
import { account, login } from '../../texts.ts';

const { ways: texts } = account;

const load = async () => {
  const [{ providers: offered }, { providers: linked, password }] = await Promise.all([
    client.get('/auth/options'),
    client.get('/auth/providers'),
  ]);
  // One that is linked is listed although this server does not offer it any more.
  const names = [...new Set([...linked.map(({ provider }) => provider), ...offered])];
  return {
    password,
    providers: names.map((name) => ({ name, linked: linked.find(({ provider }) => provider === name), offered })),
  };
};

export function WaysSetting() {
  const loaded = useLoaded(load);
  const [isChanging, setChanging] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const end = () => {
    setChanging(false);
    // The button comes back with the next render.
    requestAnimationFrame(() => list.current?.querySelector('button')?.focus());
  };
  type Provider = Awaited<ReturnType<typeof load>>['providers'][number]['name'];

  const unlink = (provider: Provider) =>
    act(async () => {
      await client.delete('/auth/providers/{provider}', { params: { path: { provider } } });
      await loaded.reload();
    }, texts.unlinked(texts.providers[provider]));
  const link = (provider: Provider) =>
    act(async () => {
      const params = { path: { provider }, query: { return_to: '/app/account' } };
      const { authorization_url: address } = await client.post('/auth/link/{provider}', { params });
      location.assign(address);
    });

  return (
    <Setting title={texts.title} text={loaded.value?.providers.length === 0 ? texts.passwordOnly : texts.text}>
      <WhenLoaded loaded={loaded}>
        {({ password, providers }) => (
          <div class="stack stack--full" ref={list}>
            <ul class="list">
              <Entry
                icon={password ? 'check' : undefined}
                name={<b>{texts.password}</b>}
                text={password ? texts.hasPassword : texts.noPassword}
              >
                {password && !isChanging && (
                  <Button small onClick={() => setChanging(true)}>
                    {texts.change}
                    <span class="sr"> {texts.password}</span>
                  </Button>
                )}
              </Entry>
              {providers.map(({ name, linked, offered }) => (
                <Entry
                  key={name}
                  icon={linked ? 'check' : undefined}
                  name={<b>{texts.providers[name]}</b>}
                  text={linked ? texts.linked(linked.email) : texts.notLinked}
                >
                  {linked ? (
                    <Button small onClick={() => unlink(name)}>
                      {texts.unlink}
                      <span class="sr"> {texts.providers[name]}</span>
                    </Button>
                  ) : (
                    offered.includes(name) && (
                      <Button small onClick={() => link(name)}>
                        {texts.link}
                        <span class="sr"> {texts.providers[name]}</span>
                      </Button>
                    )
                  )}
                </Entry>
              ))}
            </ul>
            {isChanging && <ChangePassword onEnd={end} />}
          </div>
        )}
      </WhenLoaded>
    </Setting>
  );
}

function ChangePassword({ onEnd }: { onEnd: () => void }) {
  const { form, onSubmit, errors, busy } = useForm({
    names: ['current_password', 'new_password'],
    missing: { current_password: login.missing.password, new_password: login.missing.newPassword },
    last: 'current_password',
    send: async (body) => {
      if (!(await withFreshSession(() => client.post('/auth/password', { body })))) return;
      toast({ text: texts.changed });
      onEnd();
    },
  });
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <form ref={form} class="stack stack--full settingform" noValidate onSubmit={onSubmit}>
      <Field
        inputRef={first}
        label={texts.current}
        type="password"
        name="current_password"
        autocomplete="current-password"
        maxLength={1024}
        error={errors.current_password}
      />
      <NewPassword label={texts.next} name="new_password" error={errors.new_password} />
      <div class="row">
        <Button type="submit" kind="primary" busy={busy}>
          {texts.save}
        </Button>
        <Button kind="plain" onClick={onEnd}>
          {texts.cancel}
        </Button>
      </div>
    </form>
  );
}
