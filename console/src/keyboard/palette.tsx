/** Ctrl K: go to a page or do something by typing a part of its name. */
import { useSignal } from '@preact/signals';
import { closeOnBackdrop, useModal } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { keyboard } from '../texts.ts';
import { type Command, commandsFor } from './commands.ts';
import { isPaletteOpen } from './state.ts';

const close = () => {
  isPaletteOpen.value = false;
};

export function Palette() {
  const isOpen = isPaletteOpen.value;
  const dialog = useModal(isOpen);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog already
    <dialog class="palette" ref={dialog} aria-label={keyboard.palette.name} onClose={close} onClick={closeOnBackdrop}>
      {isOpen && <Commands />}
    </dialog>
  );
}

function Commands() {
  const texts = keyboard.palette;
  const typed = useSignal('');
  const chosen = useSignal(0);
  const commands = commandsFor(typed.value);
  const at = Math.min(chosen.value, commands.length - 1);

  function run(command: Command | undefined) {
    if (!command) return;
    close();
    // The dialog gives the focus back before the command moves it.
    queueMicrotask(command.run);
  }

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && commands.length > 0) {
      event.preventDefault();
      chosen.value = (at + step + commands.length) % commands.length;
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(commands[at]);
    }
  }

  return (
    <>
      <div class="ask">
        <Icon name="search" />
        <input
          class="ask__input"
          role="combobox"
          aria-expanded="true"
          aria-controls="commands"
          aria-autocomplete="list"
          aria-activedescendant={at >= 0 ? `command-${at}` : undefined}
          aria-label={texts.field}
          placeholder={texts.placeholder}
          autocomplete="off"
          maxLength={200}
          value={typed.value}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
            chosen.value = 0;
          }}
          onKeyDown={onKeyDown}
        />
        <span class="ask__end">
          <kbd>esc</kbd>
        </span>
      </div>
      {/* biome-ignore-start lint/a11y: a combobox keeps the focus in its field, which hears the keys and names the chosen option */}
      <ul id="commands" role="listbox" aria-label={texts.list}>
        {commands.map((command, index) => (
          <li
            key={command.label}
            id={`command-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => run(command)}
            onMouseMove={() => {
              chosen.value = index;
            }}
          >
            <Icon name={command.icon} />
            {command.label}
          </li>
        ))}
      </ul>
      {/* biome-ignore-end lint/a11y: as above */}
      {commands.length === 0 && (
        <p class="palette__none" role="status">
          {texts.none}
        </p>
      )}
    </>
  );
}
