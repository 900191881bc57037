/** Tabs as assistive technology knows them: one stop for the Tab key, arrows between them. */
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';

export interface Tab {
  readonly id: string;
  readonly label: ComponentChildren;
  /** A count beside the label. */
  readonly count?: number;
  readonly panel: () => ComponentChildren;
}

export interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly current: string;
  readonly onChange: (id: string) => void;
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

export function Tabs({ label, tabs, current, onChange }: TabsProps) {
  const prefix = useId();
  const list = useRef<HTMLDivElement>(null);
  const index = Math.max(
    0,
    tabs.findIndex(({ id }) => id === current),
  );

  function move(event: KeyboardEvent) {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Number.isFinite(step) ? (index + step + tabs.length) % tabs.length : step < 0 ? 0 : tabs.length - 1;
    const tab = tabs[next];
    if (!tab) return;
    onChange(tab.id);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  }

  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} ref={list}>
        {tabs.map(({ id, label: name, count }, position) => (
          <button
            key={id}
            class="tab"
            type="button"
            role="tab"
            id={`${prefix}-tab-${id}`}
            aria-controls={position === index ? `${prefix}-panel` : undefined}
            aria-selected={position === index}
            tabIndex={position === index ? 0 : -1}
            onClick={() => onChange(id)}
            onKeyDown={move}
          >
            {name}
            {count !== undefined && <small>{count.toLocaleString('en')}</small>}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the pattern of tabs has the panel next to its tab */}
      <div role="tabpanel" id={`${prefix}-panel`} aria-labelledby={`${prefix}-tab-${tabs[index]?.id}`} tabIndex={0}>
        {tabs[index]?.panel()}
      </div>
    </>
  );
}
