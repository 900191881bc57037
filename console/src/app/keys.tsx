/** API keys: made here, shown once, and revoked at once. */
import { useRef, useState } from 'preact/hooks';
import type { components } from '../../../clients/typescript/src/index.ts';
import { client } from '../api/client.ts';
import { Button } from '../parts/button.tsx';
import { CopyLine } from '../parts/copy.tsx';
import { Field } from '../parts/field.tsx';
import { Select } from '../parts/select.tsx';
import { scopesInWords } from '../texts/scopes.ts';
import { ago, dateOf } from '../texts/times.ts';
import { account } from '../texts.ts';
import { act } from './act.ts';
import { Entry, parts, Setting, WhenLoaded } from './setting.tsx';
import { type Loaded, useLoaded } from './use-loaded.ts';

type ApiKey = components['schemas']['ApiKey'];
type Choice = 'search' | 'all';

const { keys: texts } = account;

/** A key that may add documents may delete them as well: the scope to write includes it. */
const SCOPES: Readonly<Record<Choice, ApiKey['scopes']>> = {
  search: ['search', 'resources:read'],
  all: ['search', 'resources:read', 'resources:write', 'resources:delete'],
};

export const useKeys = () => useLoaded(async () => (await client.get('/auth/api-keys')).api_keys);

export function KeysSetting({ loaded }: { loaded: Loaded<readonly ApiKey[]> }) {
  const [made, setMade] = useState<string>();
  const revoke = ({ id, name }: ApiKey) =>
    act(async () => {
      await client.delete('/auth/api-keys/{id}', { params: { path: { id } } });
      await loaded.reload();
    }, texts.revoked(name));
  return (
    <Setting title={texts.title} text={texts.text}>
      <div class="stack stack--full">
        <MadeKey made={made} onStored={() => setMade(undefined)} />
        <WhenLoaded loaded={loaded}>
          {(keys) =>
            keys.length === 0 ? (
              <p class="quiet">{texts.empty}</p>
            ) : (
              <ul class="list">
                {keys.map((key) => (
                  <KeyEntry key={key.id} value={key} onRevoke={() => revoke(key)} />
                ))}
              </ul>
            )
          }
        </WhenLoaded>
        <NewKey
          onMade={(key) => {
            setMade(key);
            void loaded.reload();
          }}
        />
      </div>
    </Setting>
  );
}

/** A new key, which is shown this once. */
export function MadeKey({ made, onStored }: { made: string | undefined; onStored: () => void }) {
  if (made === undefined) return null;
  return (
    <div class="once" role="status">
      <p>
        <strong>{texts.copyNow}</strong> {texts.once}
      </p>
      <CopyLine text={made} />
      <div>
        <Button small onClick={onStored}>
          {texts.stored}
        </Button>
      </div>
    </div>
  );
}

function KeyEntry({ value: key, onRevoke }: { value: ApiKey; onRevoke: () => void }) {
  const text = parts(
    scopesInWords(key.scopes),
    texts.made(ago(key.created_at)),
    key.last_used_at === undefined ? texts.unused : texts.used(ago(key.last_used_at)),
    key.expires_at === undefined ? undefined : texts.ends(dateOf(key.expires_at)),
  );
  const name = (
    <>
      <b>{key.name}</b> <code class="quiet">{key.prefix}…</code>
    </>
  );
  return (
    <Entry icon="key" name={name} text={text}>
      <Button small kind="danger" onClick={onRevoke}>
        {texts.revoke}
        <span class="sr"> {key.name}</span>
      </Button>
    </Entry>
  );
}

export function NewKey({ onMade }: { onMade: (key: string) => void }) {
  const [choice, setChoice] = useState<Choice>('search');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  async function make(event: SubmitEvent) {
    event.preventDefault();
    const name = input.current?.value.trim() ?? '';
    setError(name === '' ? texts.nameMissing : undefined);
    if (name === '') return input.current?.focus();
    setBusy(true);
    await act(async () => {
      const { key } = await client.post('/auth/api-keys', { body: { name, scopes: SCOPES[choice] } });
      if (input.current) input.current.value = '';
      onMade(key);
    });
    setBusy(false);
  }

  return (
    <form class="newkey" noValidate onSubmit={make}>
      <Field
        label={texts.name}
        name="key-name"
        placeholder={texts.namePlaceholder}
        maxLength={100}
        inputRef={input}
        error={error}
      />
      <Select
        label={texts.may}
        value={choice}
        onChange={setChoice}
        options={(['search', 'all'] as const).map((value) => ({ value, label: texts.choices[value] }))}
      />
      <Button type="submit" busy={busy}>
        {texts.make}
      </Button>
    </form>
  );
}
