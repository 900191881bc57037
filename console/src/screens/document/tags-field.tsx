/** The tags of a document: each can be removed, and new ones are typed. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Resource } from '../../../../clients/typescript/src/index.ts';
import { Chip } from '../../parts/chip.tsx';
import { documentTexts } from '../../texts/document.ts';
import { withoutTag, withTag } from './changes.ts';
import type { OpenDocument } from './document-store.ts';

const texts = documentTexts.tags;
const LONGEST = 100;

export function TagsField({ resource: { tags }, open }: { resource: Resource; open: OpenDocument }) {
  const [isTyping, setTyping] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const wasTyping = useRef(false);
  // Before the next key is pressed.
  useLayoutEffect(() => {
    if (isTyping) input.current?.focus();
    else if (wasTyping.current) button.current?.focus();
    wasTyping.current = isTyping;
  }, [isTyping]);
  const add = () => {
    const tag = input.current?.value.trim() ?? '';
    setTyping(false);
    if (tag !== '' && !tags.includes(tag)) void open.change(withTag(tag));
  };
  const remove = (tag: string) => open.change(withoutTag(tag), texts.removed(tag), withTag(tag));
  return (
    <section>
      <h2>{texts.title}</h2>
      <div class="chips">
        {tags.map((tag) => (
          <Chip key={tag} remove={{ label: texts.remove(tag), onRemove: () => void remove(tag) }}>
            <span class="clip" dir="auto" title={tag}>
              {tag}
            </span>
          </Chip>
        ))}
        {isTyping ? (
          <form
            class="tagform"
            onSubmit={(event) => {
              event.preventDefault();
              add();
            }}
          >
            <input
              ref={input}
              class="input input--sm"
              aria-label={texts.name}
              maxLength={LONGEST}
              autocomplete="off"
              onBlur={add}
              onKeyDown={(event) => {
                if (event.key !== 'Escape') return;
                event.stopPropagation();
                event.currentTarget.value = '';
                setTyping(false);
              }}
            />
          </form>
        ) : (
          <button ref={button} class="chip" type="button" onClick={() => setTyping(true)}>
            {texts.add}
          </button>
        )}
      </div>
    </section>
  );
}
