/** Shows the screen of the address: loads it, keeps the last one until then, and moves the focus to its heading. */
import { useSignalEffect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { recoveries } from '../api/connection.ts';
import { account } from '../api/session.ts';
import { shell } from '../texts.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { focusHeading } from './focus-heading.ts';
import { Frame, Gate } from './frame.tsx';
import { loginFor, type Match, matchRoute } from './match.ts';
import { navigate, place } from './place.ts';
import { Forbidden, NotFound, NotLoaded, ScreenSkeleton } from './plain-screens.tsx';
import { ROUTES, type Route, titleOf } from './routes.tsx';
import type { ScreenProps } from './screen.ts';
import { FIRST_PAGE } from './screens.ts';

interface Shown {
  readonly match: Match<Route> | undefined;
  readonly Screen: ComponentType<ScreenProps>;
}

/** A screen that takes longer to load is announced by grey rows; below it nothing appears that would go at once. */
const SKELETON_AFTER_MS = 300;

export function Outlet() {
  const [shown, setShown] = useState<Shown | undefined>();
  const [isSlow, setSlow] = useState(false);
  const latest = useRef(0);

  useSignalEffect(() => {
    const { path, query } = place.value;
    const user = account.value;
    // A screen that could not be loaded while the server was away is asked for again.
    void recoveries.value;
    if (user === undefined) return;
    if (path === '/app/') return navigate(FIRST_PAGE, { replace: true });
    const match = matchRoute(ROUTES, path);
    const needsLogin = !match || match.route.access === 'user' || match.route.access === 'admin';
    if (needsLogin && user === null) return navigate(loginFor(addressOf(path, query)), { replace: true });
    const turn = ++latest.current;
    const show = (Screen: ComponentType<ScreenProps>) => {
      if (turn === latest.current) setShown({ match, Screen });
    };
    if (!match) return show(NotFound);
    if (match.route.access === 'admin' && user?.tier !== 'admin') return show(Forbidden);
    match.route.load().then(
      ({ default: Screen }) => show(Screen),
      () => show(NotLoaded),
    );
  });

  useEffect(() => {
    if (shown) return;
    const timer = setTimeout(() => setSlow(true), SKELETON_AFTER_MS);
    return () => clearTimeout(timer);
  }, [shown]);

  const { path, query } = place.value;
  // The address of the last screen stays with it until the next one is there.
  const current = useRef({ params: {}, query });
  const isCurrent = shown?.match ? matchRoute([shown.match.route], path) : shown && { params: {} };
  if (isCurrent) current.current = { params: isCurrent.params, query };

  const key = shown?.Screen === NotLoaded ? 'not loaded' : (shown?.match?.route.path ?? shown?.Screen.name);
  useEffect(() => {
    if (!shown) return;
    document.title = shown.match ? titleOf(shown.match.route.title) : shell.product;
    focusHeading();
  }, [key]);

  if (!shown) return isSlow ? <ScreenSkeleton /> : null;
  const { Screen, match } = shown;
  const Around = match?.route.access === 'visitor' ? Gate : Frame;
  return (
    <Around route={match?.route}>
      <ErrorBoundary key={key}>
        <Screen {...current.current} />
      </ErrorBoundary>
    </Around>
  );
}

const addressOf = (path: string, query: URLSearchParams) => (query.size === 0 ? path : `${path}?${query}`);
