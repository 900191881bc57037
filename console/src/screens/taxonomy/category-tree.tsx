/** The categories as a tree: one stop of the Tab key, then arrows (the pattern of ARIA's tree view). */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';
import { taxonomy as texts } from '../../texts/taxonomy.ts';
import { type Draft, type Place, placesOf, type UseById, useOf } from './draft.ts';
import { drafts, opened, remove, select, selected, shift, toggle, use } from './state.ts';

/** `onEdit`: a category is opened, by Enter or the pointer. */
export function CategoryTree({ onEdit }: { onEdit: () => void }) {
  const list = useRef<HTMLDivElement>(null);
  const hasFocus = useRef(false);
  const places = placesOf(drafts.value, ({ key }) => opened.value.has(key));
  const key = places.some(({ draft }) => draft.key === selected.value) ? selected.value : places[0]?.draft.key;
  // Before the next key arrives, which is meant for the category that is selected by then.
  useLayoutEffect(() => {
    if (hasFocus.current) list.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, [key, drafts.value]);

  function onKeyDown(event: KeyboardEvent): void {
    const at = places.findIndex(({ draft }) => draft.key === key);
    const place = places[at];
    if (!place || event.ctrlKey || event.metaKey) return;
    const action = event.altKey ? moves(place)[event.key] : actions(place, at)[event.key];
    if (!action) return;
    event.preventDefault();
    // A single key is no shortcut of the console here.
    event.stopPropagation();
    action();
  }

  const moves = ({ draft }: Place): Record<string, () => void> => ({
    ArrowUp: () => shift(draft.key, -1),
    ArrowDown: () => shift(draft.key, 1),
  });

  function actions({ draft, parent }: Place, at: number): Record<string, () => void> {
    const go = (place: Place | undefined) => place && select(place.draft.key);
    const isOpen = opened.value.has(draft.key) && draft.children.length > 0;
    const [child] = draft.children;
    return {
      ArrowDown: () => go(places[at + 1]),
      ArrowUp: () => go(places[at - 1]),
      Home: () => go(places[0]),
      End: () => go(places.at(-1)),
      ArrowRight: () => {
        if (isOpen && child) select(child.key);
        else toggle(draft.key, true);
      },
      ArrowLeft: () => {
        if (isOpen) toggle(draft.key, false);
        else if (parent) select(parent.key);
      },
      Enter: onEdit,
      ' ': onEdit,
      Delete: () => remove(draft.key),
    };
  }

  return (
    <div
      ref={list}
      class="tax-tree"
      role="tree"
      aria-label={texts.tree}
      onKeyDown={onKeyDown}
      onFocusIn={() => {
        hasFocus.current = true;
      }}
      onFocusOut={(event) => {
        // A row that is removed or moved takes the focus with it; it goes to the next.
        if (event.relatedTarget !== null) hasFocus.current = false;
      }}
    >
      {places.map((place) => (
        <Row
          key={place.draft.key}
          place={place}
          isSelected={place.draft.key === key}
          isOpen={opened.value.has(place.draft.key)}
          use={use.value}
          onEdit={onEdit}
        />
      ))}
    </div>
  );
}

interface RowProps {
  readonly place: Place;
  readonly isSelected: boolean;
  readonly isOpen: boolean;
  readonly use: UseById;
  readonly onEdit: () => void;
}

function Row({ place: { draft, siblings, index, level }, isSelected, isOpen, use: counts, onEdit }: RowProps) {
  const hasChildren = draft.children.length > 0;
  const { documents } = useOf(idsFrom(draft), counts);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
    <div
      class="tax-row"
      role="treeitem"
      tabIndex={isSelected ? 0 : -1}
      aria-level={level}
      aria-setsize={siblings.length}
      aria-posinset={index + 1}
      aria-selected={isSelected}
      aria-expanded={hasChildren ? isOpen : undefined}
      style={{ '--level': level }}
      // By assistive technology, which moves the focus itself.
      onFocus={() => isSelected || select(draft.key)}
      onClick={() => {
        select(draft.key);
        onEdit();
      }}
    >
      {hasChildren ? (
        // biome-ignore lint/a11y/useKeyWithClickEvents: left and right arrows do it
        // biome-ignore lint/a11y/noStaticElementInteractions: for the pointer; the row says whether it is expanded
        <span
          class="tax-row__toggle"
          onClick={(event) => {
            event.stopPropagation();
            toggle(draft.key, !isOpen);
          }}
        >
          <Icon name={isOpen ? 'down' : 'next'} small />
        </span>
      ) : (
        <span class="tax-row__toggle" />
      )}
      <span class="tax-row__label" title={draft.label}>
        {texts.editor(draft.label)}
      </span>
      {documents > 0 && (
        <span class="quiet num">
          <span aria-hidden="true">{documents.toLocaleString('en')}</span>
          <span class="sr">{texts.count(documents)}</span>
        </span>
      )}
    </div>
  );
}

const idsFrom = (draft: Draft): string[] => placesOf([draft]).map((below) => below.draft.id);
