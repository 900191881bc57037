/** Whether keys of one letter act. They can be turned off (WCAG 2.2, 2.1.4). The choice is kept by this browser. */
import { signal } from '@preact/signals';

const KEY = 'pharos-single-keys';

function kept(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    // Storage is blocked.
    return true;
  }
}

export const singleKeys = signal(kept());

export function setSingleKeys(on: boolean): void {
  singleKeys.value = on;
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off');
  } catch {
    // It lasts as long as the page.
  }
}

/** Whether a key of one letter belongs to the page: nothing is being typed, no dialog is open, no other key is held. */
export function isSingleKey(event: KeyboardEvent): boolean {
  if (!singleKeys.peek() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  return !isTyping(event.target) && document.querySelector('dialog[open]') === null;
}

export function isTyping(target: EventTarget | null): target is HTMLElement {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit', 'file'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}
