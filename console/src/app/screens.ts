/**
 * The path of each screen that has modules of its own. Apart from routes.tsx, because the first module of the page asks for them.
 */
import type { ComponentType } from 'preact';
import { DOCS, matchRoute } from './match.ts';
import type { ScreenProps } from './screen.ts';

interface Screen {
  readonly path: string;
  readonly load: () => Promise<{ readonly default: ComponentType<ScreenProps> }>;
}

export const SCREENS = {
  search: { path: '/app/search', load: () => import('../screens/search/search-screen.tsx') },
  document: { path: '/app/documents/:id', load: () => import('../screens/document/document-screen.tsx') },
  add: { path: '/app/add', load: () => import('../screens/add/add-screen.tsx') },
  library: { path: '/app/library', load: () => import('../screens/library/library-screen.tsx') },
  connect: { path: '/app/connect', load: () => import('../screens/connect/connect-screen.tsx') },
  reference: { path: DOCS, load: () => import('../screens/reference/reference-screen.tsx') },
  admin: { path: '/app/admin', load: () => import('../screens/admin/admin-screen.tsx') },
  taxonomy: { path: '/app/admin/taxonomy', load: () => import('../screens/taxonomy/taxonomy-screen.tsx') },
  account: { path: '/app/account', load: () => import('../screens/account/account-screen.tsx') },
  register: { path: '/app/register', load: () => import('../screens/register/register-screen.tsx') },
  welcome: { path: '/app/welcome', load: () => import('../screens/register/register-screen.tsx') },
  reset: { path: '/app/reset', load: () => import('../screens/recovery/reset-screen.tsx') },
  verify: { path: '/app/verify', load: () => import('../screens/recovery/verify-screen.tsx') },
} as const satisfies Readonly<Record<string, Screen>>;

/** Where a session begins. */
export const FIRST_PAGE = SCREENS.search.path;

/** Asks for the modules of the screen at `path`, before it is known whether it may be shown. */
export function askForScreen(path: string): void {
  const shown = path === '/app/' ? FIRST_PAGE : path;
  matchRoute<Screen>(Object.values(SCREENS), shown)
    ?.route.load()
    .catch(() => undefined);
}
