/** Every screen of the console: one entry each. A screen is loaded when it is first opened (screens.ts). */
import type { ComponentType } from 'preact';
import type { IconName } from '../parts/icon.tsx';
import LoginScreen from '../screens/login/login-screen.tsx';
import { account } from '../texts/account.ts';
import { admin } from '../texts/admin.ts';
import { connect } from '../texts/connect.ts';
import { recovery, register } from '../texts/login.ts';
import { add, documentTexts, library, login, reference, search, shell } from '../texts.ts';
import { lastList } from './last-list.ts';
import type { ScreenProps } from './screen.ts';
import { SCREENS } from './screens.ts';

export interface Route {
  readonly path: string;
  /** Title of the document; a screen may set a longer one. */
  readonly title: string;
  /** `visitor`: only without a login; `anyone`: with one or without. */
  readonly access: 'visitor' | 'anyone' | 'user' | 'admin';
  /** Its entry in the rail: `foot` stands at the end. */
  readonly nav?: { readonly label: string; readonly icon: IconName; readonly foot?: boolean };
  /** The path of the route whose entry in the rail is current on this screen, as it is by then. */
  readonly under?: () => string;
  readonly load: () => Promise<{ readonly default: ComponentType<ScreenProps> }>;
}

/** In the order of the rail. */
export const ROUTES: readonly Route[] = [
  {
    ...SCREENS.search,
    title: search.title,
    access: 'user',
    nav: { label: shell.search, icon: 'search' },
  },
  {
    ...SCREENS.document,
    title: documentTexts.title,
    access: 'user',
    under: () => lastList.value,
  },
  {
    ...SCREENS.add,
    title: add.title,
    access: 'user',
    nav: { label: shell.add, icon: 'add' },
  },
  {
    ...SCREENS.library,
    title: library.title,
    access: 'user',
    nav: { label: shell.library, icon: 'library' },
  },
  {
    ...SCREENS.connect,
    title: connect.title,
    access: 'user',
    nav: { label: connect.nav, icon: 'connect' },
  },
  {
    ...SCREENS.reference,
    title: reference.title,
    access: 'anyone',
    under: () => SCREENS.connect.path,
  },
  {
    ...SCREENS.admin,
    title: admin.title,
    access: 'admin',
    nav: { label: shell.admin, icon: 'admin', foot: true },
  },
  {
    ...SCREENS.taxonomy,
    title: admin.taxonomy.title,
    access: 'admin',
    under: () => SCREENS.admin.path,
  },
  {
    ...SCREENS.account,
    title: account.title,
    access: 'user',
    nav: { label: shell.account, icon: 'account', foot: true },
  },
  {
    path: '/app/login',
    // Smaller than a request for it.
    load: async () => ({ default: LoginScreen }),
    title: login.title,
    access: 'visitor',
  },
  {
    ...SCREENS.register,
    title: register.title,
    access: 'visitor',
  },
  {
    ...SCREENS.welcome,
    title: register.first,
    access: 'visitor',
  },
  {
    ...SCREENS.reset,
    title: recovery.forgot,
    access: 'visitor',
  },
  {
    ...SCREENS.verify,
    title: recovery.verify,
    access: 'visitor',
  },
  ...(import.meta.env.DEV
    ? [
        {
          path: '/app/kit',
          title: 'Reference sheet',
          access: 'user' as const,
          load: () => import('../screens/kit/kit-screen.tsx'),
        },
      ]
    : []),
];

export const titleOf = (screen: string): string => shell.title(screen);
