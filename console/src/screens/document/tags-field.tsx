/** The tags of a document: each can be removed, and new ones are typed. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Resource } from '../../../../clients/typescript/src/index.ts';
import { Chip } from '../../parts/chip.tsx';
import { typedTags } from '../../parts/typed-tags.ts';
import { documentTexts } from '../../texts/document.ts';
import { withoutTag, withTags } from './changes.ts';
import type { OpenDocument } from './document-store.ts';

const texts = documentTexts.tags;
/** Several of the API's longest tags. */
const LONGEST = 500;

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
    const added = typedTags(input.current?.value ?? '', tags).filter((tag) => !tags.includes(tag));
    setTyping(false);
    if (added.length > 0) void open.change(withTags(added));
  };
  const remove = (tag: string) => open.change(withoutTag(tag), texts.removed(tag), withTags([tag]));
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
