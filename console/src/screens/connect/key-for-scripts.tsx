/** Makes a key for scripts. The account screen lists all of them. */
import { useState } from 'preact/hooks';
import { MadeKey, NewKey, useKeys } from '../../app/keys.tsx';
import { Setting } from '../../app/setting.tsx';
import { connect } from '../../texts.ts';

const { key: texts } = connect;

export function KeyForScripts() {
  const keys = useKeys();
  const [made, setMade] = useState<string>();
  const count = keys.value?.length ?? 0;
  return (
    <Setting title={texts.title} text={texts.text}>
      <div class="stack stack--full">
        <MadeKey made={made} onStored={() => setMade(undefined)} />
        <NewKey
          onMade={(key) => {
            setMade(key);
            void keys.reload();
          }}
        />
        {count > 0 && (
          <p class="quiet">
            {texts.inUse(count)} ·{' '}
            <a class="link" href="/app/account">
              {texts.see}
            </a>
          </p>
        )}
      </div>
    </Setting>
  );
}
