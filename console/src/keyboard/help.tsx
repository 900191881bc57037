/** `?`: what the keys do. */
import { Button } from '../parts/button.tsx';
import { Check } from '../parts/check.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { keyboard } from '../texts.ts';
import { setSingleKeys, singleKeys } from './single-keys.ts';
import { isHelpOpen } from './state.ts';

const close = () => {
  isHelpOpen.value = false;
};

/** Macs have ⌘ where others have Ctrl. */
const nameOf = (key: string) => (key === 'Ctrl' && /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : key);

export function KeyboardHelp() {
  return (
    <Dialog
      open={isHelpOpen.value}
      onClose={close}
      title={keyboard.title}
      foot={<Button onClick={close}>{keyboard.close}</Button>}
    >
      <dl class="keys">
        {keyboard.keys.map(({ does, keys }) => (
          <div key={does} class="keys__line">
            <dt>{does}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{nameOf(key)}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <div class="field">
        {/* biome-ignore lint/a11y/noLabelWithoutControl: the box inside is the control */}
        <label class="row">
          <Check checked={singleKeys.value} onChange={setSingleKeys} />
          {keyboard.single}
        </label>
        <span class="field__hint">{keyboard.singleHint}</span>
      </div>
    </Dialog>
  );
}
