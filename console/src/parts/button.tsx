/** Buttons. One primary button on a screen; a dangerous one is outlined, and filled only in the deletion dialog. */
import type { ButtonHTMLAttributes } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps extends Omit<ButtonHTMLAttributes, 'icon' | 'type'> {
  readonly kind?: 'primary' | 'plain' | 'danger' | 'danger-fill';
  readonly small?: boolean;
  readonly wide?: boolean;
  readonly icon?: IconName;
  /** Works: it keeps its place and its width, and cannot be pressed again. */
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly type?: 'button' | 'submit';
}

export function Button({ kind, small, wide, icon, busy, type = 'button', class: more, onClick, children, ...rest }: ButtonProps) {
  const names = [
    'btn',
    kind && `btn--${kind}`,
    small && 'btn--sm',
    wide && 'btn--wide',
    icon !== undefined && children === undefined && 'btn--icon',
    more,
  ];
  return (
    <button
      {...rest}
      type={type}
      class={names.filter(Boolean).join(' ')}
      aria-busy={busy ? 'true' : undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {icon !== undefined && !busy && <Icon name={icon} small={small === true} />}
      {children}
    </button>
  );
}
