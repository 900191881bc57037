/** A part of a screen of settings: what it is for at the left, its controls at the right. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { account as texts } from '../texts.ts';
import type { Loaded } from './use-loaded.ts';

export interface SettingProps {
  readonly title: string;
  readonly text?: string;
  readonly children: ComponentChildren;
}

export function Setting({ title, text, children }: SettingProps) {
  const id = useId();
  return (
    <section class="setting" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {text !== undefined && <p>{text}</p>}
      </header>
      {children}
    </section>
  );
}

/** What was loaded; before it, grey lines; where it could not be loaded, or not again, a line that says so. */
export function WhenLoaded<T>({ loaded, children }: { loaded: Loaded<T>; children: (value: T) => ComponentChildren }) {
  const { value, failed, retry } = loaded;
  return (
    <>
      {failed && <NotLoaded text={value === undefined ? texts.failed : texts.failedAgain} onRetry={retry} />}
      {value !== undefined && children(value)}
      {value === undefined && !failed && <Skeleton rows={2} lines={1} />}
    </>
  );
}

export const NotLoaded = ({ text = texts.failed, onRetry }: { text?: string; onRetry: () => Promise<void> }) => (
  <div class="row" role="status">
    <span class="quiet">{text}</span>
    <Button small onClick={onRetry}>
      {texts.retry}
    </Button>
  </div>
);

export interface EntryProps {
  readonly icon: IconName | undefined;
  readonly name: ComponentChildren;
  readonly text: ComponentChildren;
  readonly children?: ComponentChildren;
}

export const Entry = ({ icon, name, text, children }: EntryProps) => (
  <li>
    {icon === undefined ? <span class="icon" aria-hidden="true" /> : <Icon name={icon} />}
    <div>
      {name}
      <p>{text}</p>
    </div>
    {children}
  </li>
);

/** Parts of a sentence that stand beside each other. */
export const parts = (...texts: readonly (string | undefined)[]): string => texts.filter(Boolean).join(' · ');
