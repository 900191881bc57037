/** The search field. It is always in the same place. */
import type { RefObject } from 'preact';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { search as texts } from '../../texts/search.ts';

interface Props {
  readonly value: string;
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly onType: (value: string) => void;
  readonly onAsk: () => void;
  readonly onClear: () => void;
}

const MAX_QUESTION = 4_000;

export function AskField({ value, inputRef, onType, onAsk, onClear }: Props) {
  return (
    <div class="search__field">
      {/* biome-ignore lint/a11y/useSemanticElements: browsers of last year know no <search> */}
      <form
        role="search"
        class="ask"
        aria-label={texts.region}
        onSubmit={(event) => {
          event.preventDefault();
          onAsk();
        }}
      >
        <Icon name="search" />
        <input
          ref={inputRef}
          class="ask__input"
          type="search"
          name="q"
          aria-label={texts.label}
          placeholder={texts.placeholder}
          autocomplete="off"
          spellcheck={false}
          enterKeyHint="search"
          maxLength={MAX_QUESTION}
          data-focus=""
          value={value}
          onInput={(event) => onType(event.currentTarget.value)}
        />
        <span class="ask__end">
          {value === '' ? (
            <kbd class="hide-sm">/</kbd>
          ) : (
            <Button kind="plain" small icon="x" aria-label={texts.clear} onClick={onClear} />
          )}
        </span>
      </form>
    </div>
  );
}
