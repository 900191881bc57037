/** Chips: a word that stands by itself, is pressed, leads somewhere, or can be removed. */
import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';

export interface ChipProps {
  readonly children: ComponentChildren;
  /** With it the chip is a link. */
  readonly href?: string;
  /** With it the chip is a button; `pressed` says whether it is on. */
  readonly onPress?: () => void;
  readonly pressed?: boolean;
  /** With it the chip has a button that removes it, which needs a name: "Remove the tag optics". */
  readonly remove?: { readonly label: string; readonly onRemove: () => void };
}

export function Chip({ children, href, onPress, pressed, remove }: ChipProps) {
  if (href !== undefined)
    return (
      <a class="chip" href={href}>
        {children}
      </a>
    );
  if (onPress)
    return (
      <button class="chip" type="button" aria-pressed={pressed} onClick={onPress}>
        {children}
      </button>
    );
  return (
    <span class="chip">
      {children}
      {remove && (
        <button class="chip__x" type="button" aria-label={remove.label} onClick={remove.onRemove}>
          <Icon name="x" small />
        </button>
      )}
    </span>
  );
}

/** The format of a document in a few letters. */
export const Kind = ({ children }: { children: ComponentChildren }) => <span class="kind">{children}</span>;
