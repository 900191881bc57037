/** The entry of the console. */
import { render } from 'preact';
import { restoreSession } from '../api/session.ts';
import { Toasts } from '../parts/toast.tsx';
import { keepQueue } from './keep-queue.ts';
import { Outlet } from './outlet.tsx';
import { followAddress } from './place.ts';
import { reloadForMissingModules } from './reload.ts';
import { restoreTheme } from './theme.ts';

function App() {
  return (
    <>
      <Outlet />
      <Toasts />
    </>
  );
}

restoreTheme();
followAddress();
reloadForMissingModules();
const root = document.getElementById('app');
if (root) render(<App />, root);
keepQueue();
await restoreSession();
