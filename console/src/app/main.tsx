/** The entry of the console. */
import './start.ts';
import { render } from 'preact';
import { restoreSession } from '../api/session.ts';
import { KeyboardHelp } from '../keyboard/help.tsx';
import { listenToKeys } from '../keyboard/keys.ts';
import { Palette } from '../keyboard/palette.tsx';
import { Toasts } from '../parts/toast.tsx';
import { guardDoubleClicks } from './double-click.ts';
import { keepQueue } from './keep-queue.ts';
import { LogOutQuestion } from './log-out.tsx';
import { Outlet } from './outlet.tsx';
import { followAddress } from './place.ts';
import { finishProviderLogin } from './provider-return.ts';
import { reloadForMissingModules } from './reload.ts';
import { restoreTheme } from './theme.ts';

function App() {
  return (
    <>
      <Outlet />
      <Toasts />
      <Palette />
      <KeyboardHelp />
      <LogOutQuestion />
    </>
  );
}

restoreTheme();
guardDoubleClicks();
followAddress();
listenToKeys();
reloadForMissingModules();
const root = document.getElementById('app');
if (root) render(<App />, root);
keepQueue();
if (!(await finishProviderLogin())) await restoreSession();
