/** Every screen of the console: one entry each. A screen is loaded when it is first opened. */
import type { ComponentType } from 'preact';
import type { IconName } from '../parts/icon.tsx';
import { account } from '../texts/account.ts';
import { admin } from '../texts/admin.ts';
import { connect } from '../texts/connect.ts';
import { recovery, register } from '../texts/login.ts';
import { add, documentTexts, library, login, reference, search, shell } from '../texts.ts';
import { DOCS } from './match.ts';
import type { ScreenProps } from './screen.ts';

export interface Route {
  readonly path: string;
  /** Title of the document; a screen may set a longer one. */
  readonly title: string;
  /** `visitor`: only without a login; `anyone`: with one or without. */
  readonly access: 'visitor' | 'anyone' | 'user' | 'admin';
  /** Its entry in the rail: `foot` stands at the end. */
  readonly nav?: { readonly label: string; readonly icon: IconName; readonly foot?: boolean };
  /** The path of the route whose entry in the rail is current on this screen. */
  readonly under?: string;
  readonly load: () => Promise<{ readonly default: ComponentType<ScreenProps> }>;
}

/** In the order of the rail. The first entry with `nav` is the first page. */
export const ROUTES: readonly Route[] = [
  {
    path: '/app/search',
    title: search.title,
    access: 'user',
    nav: { label: shell.search, icon: 'search' },
    load: () => import('../screens/search/search-screen.tsx'),
  },
  {
    path: '/app/documents/:id',
    title: documentTexts.title,
    access: 'user',
    under: '/app/search',
    load: () => import('../screens/document/document-screen.tsx'),
  },
  {
    path: '/app/add',
    title: add.title,
    access: 'user',
    nav: { label: shell.add, icon: 'add' },
    load: () => import('../screens/add/add-screen.tsx'),
  },
  {
    path: '/app/library',
    title: library.title,
    access: 'user',
    nav: { label: shell.library, icon: 'library' },
    load: () => import('../screens/library/library-screen.tsx'),
  },
  {
    path: '/app/connect',
    title: connect.title,
    access: 'user',
    nav: { label: connect.nav, icon: 'connect' },
    load: () => import('../screens/connect/connect-screen.tsx'),
  },
  {
    path: DOCS,
    title: reference.title,
    access: 'anyone',
    under: '/app/connect',
    load: () => import('../screens/reference/reference-screen.tsx'),
  },
  {
    path: '/app/admin',
    title: admin.title,
    access: 'admin',
    nav: { label: shell.admin, icon: 'admin', foot: true },
    load: () => import('../screens/admin/admin-screen.tsx'),
  },
  {
    path: '/app/admin/taxonomy',
    title: admin.taxonomy.title,
    access: 'admin',
    under: '/app/admin',
    load: () => import('../screens/taxonomy/taxonomy-screen.tsx'),
  },
  {
    path: '/app/account',
    title: account.title,
    access: 'user',
    nav: { label: shell.account, icon: 'account', foot: true },
    load: () => import('../screens/account/account-screen.tsx'),
  },
  {
    path: '/app/login',
    title: login.title,
    access: 'visitor',
    load: () => import('../screens/login/login-screen.tsx'),
  },
  {
    path: '/app/register',
    title: register.title,
    access: 'visitor',
    load: () => import('../screens/register/register-screen.tsx'),
  },
  {
    path: '/app/welcome',
    title: register.first,
    access: 'visitor',
    load: () => import('../screens/register/register-screen.tsx'),
  },
  {
    path: '/app/reset',
    title: recovery.forgot,
    access: 'visitor',
    load: () => import('../screens/recovery/reset-screen.tsx'),
  },
  {
    path: '/app/verify',
    title: recovery.verify,
    access: 'visitor',
    load: () => import('../screens/recovery/verify-screen.tsx'),
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

/** Where a session begins. */
export const firstPage = (): string => ROUTES.find(({ nav }) => nav)?.path ?? '/app/';

export const titleOf = (screen: string): string => shell.title(screen);
