/** The address of the page as a signal, and moving to another one without loading the page. */
import { signal } from '@preact/signals';
import { isScreen } from './match.ts';

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const read = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) });

export const place = signal<Place>(read());

/** Moves to an address of the console. `replace`: Back does not return to the present one. */
export function navigate(address: string, { replace = false }: { replace?: boolean } = {}): void {
  const target = new URL(address, location.href);
  if (target.origin !== location.origin || !isScreen(target.pathname)) {
    location.assign(target);
    return;
  }
  const isSame = target.href === location.href;
  history[replace || isSame ? 'replaceState' : 'pushState'](null, '', target);
  const movesScreen = target.pathname !== place.peek().path;
  place.value = read();
  if (movesScreen) scrollTo(0, 0);
}

/** Names a part of the present screen in its address, without another entry in the history. */
export function keepHash(id: string): void {
  history.replaceState(null, '', `${location.pathname}${location.search}${id === '' ? '' : `#${encodeURIComponent(id)}`}`);
}

/** Follows links inside the console and the buttons Back and Forward. */
export function followAddress(): void {
  addEventListener('popstate', () => {
    place.value = read();
  });
  addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (!isScreen(link.pathname)) return;
    // A link to a place in the same screen.
    if (link.hash !== '' && link.pathname === location.pathname && link.search === location.search) return;
    event.preventDefault();
    navigate(link.href);
  });
}
