/** What the palette offers. */
import { account } from '../api/session.ts';
import { logOut } from '../app/log-out.tsx';
import { DOCS } from '../app/match.ts';
import { navigate } from '../app/place.ts';
import { ROUTES } from '../app/routes.tsx';
import { switchTheme } from '../app/theme.ts';
import type { IconName } from '../parts/icon.tsx';
import { keyboard, reference } from '../texts.ts';
import { isHelpOpen } from './state.ts';

export interface Command {
  readonly label: string;
  readonly icon: IconName;
  readonly run: () => void;
}

const SEARCH = '/app/search';
const canSearch = () => ROUTES.some(({ path }) => path === SEARCH);

/** Commands whose label contains what was typed, and at the end a search for it. */
export function commandsFor(typed: string): readonly Command[] {
  const texts = keyboard.palette;
  const words = typed.trim();
  const pages = ROUTES.flatMap(({ nav, path, title, access }): Command[] =>
    nav && (access !== 'admin' || account.peek()?.tier === 'admin')
      ? [{ label: title, icon: nav.icon, run: () => navigate(path) }]
      : [],
  );
  const actions: Command[] = [
    { label: reference.palette, icon: 'connect', run: () => navigate(DOCS) },
    { label: texts.theme, icon: 'theme', run: switchTheme },
    { label: texts.help, icon: 'hint', run: () => (isHelpOpen.value = true) },
    { label: texts.logOut, icon: 'account', run: () => void logOut() },
  ];
  const search: Command[] =
    words !== '' && canSearch()
      ? [{ label: texts.search(words), icon: 'search', run: () => navigate(`${SEARCH}?${new URLSearchParams({ q: words })}`) }]
      : [];
  const isMeant = ({ label }: Command) => label.toLowerCase().includes(words.toLowerCase());
  return [...[...pages, ...actions].filter(isMeant), ...search];
}
