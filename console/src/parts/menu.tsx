/** A button with a menu of actions. Arrows move, Enter acts, Escape closes and gives the focus back. */
import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';

export interface MenuAction {
  readonly label: string;
  readonly icon?: IconName;
  readonly danger?: boolean;
  readonly run: () => void;
}

export interface MenuProps {
  readonly label: string;
  /** Shown in place of the label, which is then its name only. */
  readonly icon?: IconName;
  readonly small?: boolean;
  readonly actions: readonly MenuAction[];
}

const STEPS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

export function Menu({ label, icon, small = false, actions }: MenuProps) {
  const id = useId();
  const isOpen = useSignal(false);
  const root = useRef<HTMLSpanElement>(null);
  const items = () => [...(root.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  const button = () => root.current?.querySelector('button');

  useEffect(() => {
    if (!isOpen.value) return;
    items()[0]?.focus();
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) isOpen.value = false;
    };
    addEventListener('pointerdown', onPointer);
    return () => removeEventListener('pointerdown', onPointer);
  }, [isOpen.value]);

  function onKeyDown(event: KeyboardEvent) {
    if (!isOpen.value) return;
    if (event.key === 'Escape' || event.key === 'Tab') {
      isOpen.value = false;
      if (event.key === 'Escape') button()?.focus();
      return;
    }
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const all = items();
    all[step(all.indexOf(document.activeElement as HTMLElement), all.length)]?.focus();
  }

  function run(action: MenuAction) {
    isOpen.value = false;
    button()?.focus();
    action.run();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of the button and the items inside
    <span class="menu" ref={root} onKeyDown={onKeyDown}>
      <button
        class={['btn', small && 'btn--sm', icon && 'btn--icon btn--plain'].filter(Boolean).join(' ')}
        type="button"
        aria-haspopup="menu"
        aria-expanded={isOpen.value}
        aria-controls={isOpen.value ? id : undefined}
        aria-label={icon === undefined ? undefined : label}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        {icon === undefined ? label : <Icon name={icon} small={small} />}
      </button>
      {isOpen.value && (
        <span class="menu__list" role="menu" id={id} aria-label={label}>
          {actions.map((action) => (
            <button
              key={action.label}
              class={action.danger ? 'menu__item menu__item--danger' : 'menu__item'}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => run(action)}
            >
              {action.icon !== undefined && <Icon name={action.icon} />}
              {action.label}
            </button>
          ))}
        </span>
      )}
    </span>
  );
}
