/** The keys that act on every screen. */
import { account } from '../api/session.ts';
import { navigate } from '../app/place.ts';
import { ROUTES } from '../app/routes.tsx';
import { isSingleKey, isTyping } from './single-keys.ts';
import { isHelpOpen, isPaletteOpen } from './state.ts';

/** After `g`. */
const PAGES: Readonly<Record<string, string>> = {
  s: '/app/search',
  a: '/app/add',
  l: '/app/library',
  c: '/app/connect',
};
/** The second key of a pair comes within this time. */
const PAIR_MS = 900;

export function listenToKeys(): void {
  let firstKeyAt = Number.NEGATIVE_INFINITY;
  addEventListener('keydown', (event) => {
    if (!account.peek()) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      isPaletteOpen.value = !isPaletteOpen.peek();
      return;
    }
    if (event.key === 'Escape' && isTyping(event.target) && !event.defaultPrevented && !document.querySelector('dialog[open]')) {
      event.target.blur();
      return;
    }
    if (!isSingleKey(event)) return;
    const isSecond = event.timeStamp - firstKeyAt < PAIR_MS;
    firstKeyAt = event.key === 'g' && !isSecond ? event.timeStamp : Number.NEGATIVE_INFINITY;
    if (isSecond) goTo(PAGES[event.key]);
    else if (event.key === '/') {
      event.preventDefault();
      search();
    } else if (event.key === '?') isHelpOpen.value = true;
  });
}

function goTo(path: string | undefined): void {
  if (path !== undefined && ROUTES.some((route) => route.path === path)) navigate(path);
}

/** The field of the present screen, or the screen of the search, which begins with its field. */
function search(): void {
  const field = document.querySelector<HTMLInputElement>('main [role=searchbox]');
  if (field) {
    field.focus();
    field.select();
  } else goTo(PAGES.s);
}
