/** Light, dark, or as the system has it. The choice is kept by this browser. */
import { signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'pharos-theme';
const isTheme = (value: unknown): value is Theme => value === 'light' || value === 'dark' || value === 'system';

function kept(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return isTheme(value) ? value : 'system';
  } catch {
    // Storage is blocked.
    return 'system';
  }
}

export const theme = signal<Theme>('system');

export function setTheme(value: Theme): void {
  theme.value = value;
  const { dataset } = document.documentElement;
  if (value === 'system') delete dataset.theme;
  else dataset.theme = value;
  try {
    localStorage.setItem(KEY, value);
  } catch {
    // It lasts as long as the page.
  }
}

const isDark = (): boolean =>
  theme.peek() === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : theme.peek() === 'dark';

export const switchTheme = (): void => setTheme(isDark() ? 'light' : 'dark');

export const restoreTheme = (): void => setTheme(kept());
