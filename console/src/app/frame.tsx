/** The frame around screens: the rail with content beside it, or the two halves of the screens before the login. */
import type { ComponentChildren } from 'preact';
import { account } from '../api/session.ts';
import { Icon } from '../parts/icon.tsx';
import { Logo } from '../parts/logo.tsx';
import { shell } from '../texts.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { inWork } from './in-work.ts';
import { Lighthouse } from './lighthouse.tsx';
import { loginFor } from './match.ts';
import { ROUTES, type Route } from './routes.tsx';
import { switchTheme } from './theme.ts';

interface Props {
  readonly route: Route | undefined;
  readonly children: ComponentChildren;
}

export function Frame({ route, children }: Props) {
  const user = account.value;
  const entries = user ? ROUTES.filter(({ nav, access }) => nav && (access !== 'admin' || user.tier === 'admin')) : [];
  const current = route?.under?.() ?? route?.path;
  return (
    <>
      <a class="skip" href="#main">
        {shell.skip}
      </a>
      <div class="frame">
        <nav class="nav" aria-label={shell.navigation}>
          <a class="nav__mark" href="/app/" aria-label={shell.home}>
            <Logo />
          </a>
          {entries.map((entry) => !entry.nav?.foot && <NavItem key={entry.path} route={entry} current={current} />)}
          <div class="nav__foot">
            <button class="nav__item nav__theme" type="button" onClick={switchTheme}>
              <Icon name="theme" />
              <span>{shell.theme}</span>
            </button>
            {!user && route && (
              <a class="nav__item" href={loginFor(route.path)}>
                <Icon name="account" />
                {shell.logIn}
              </a>
            )}
            {entries.map((entry) => entry.nav?.foot && <NavItem key={entry.path} route={entry} current={current} />)}
          </div>
        </nav>
        <main class="main" id="main">
          <ConnectionBanner />
          {children}
        </main>
      </div>
    </>
  );
}

function NavItem({ route: { path, nav }, current }: { route: Route; current: string | undefined }) {
  if (!nav) return null;
  const count = path === '/app/add' ? inWork.value : 0;
  return (
    <a class="nav__item" href={path} aria-current={path === current ? 'page' : undefined}>
      <Icon name={nav.icon} />
      {nav.label}
      {count > 0 && (
        <span class="nav__count">
          <span aria-hidden="true">{count}</span>
          <span class="sr">, {shell.inWork(count)}</span>
        </span>
      )}
    </a>
  );
}

export function Gate({ children }: Props) {
  return (
    <main class="gate" id="main">
      <div class="gate__sea" aria-hidden="true">
        <Lighthouse />
      </div>
      <div class="gate__form">
        <div class="gate__in">
          <a class="brand" href="/app/">
            <Logo />
            {shell.product}
          </a>
          {children}
        </div>
      </div>
      <ConnectionBanner />
    </main>
  );
}
