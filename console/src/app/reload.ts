/**
 * A server that was updated has other modules than the open page: the page is loaded again, once. While the server is away it is
 * not: the browser would show its own error page.
 */
import { tryNow } from '../api/connection.ts';

const KEY = 'pharos-reloaded';
/** A second failure within this time is not for want of an update. */
const AGAIN_MS = 60_000;

export function reloadForMissingModules(): void {
  addEventListener('vite:preloadError', () => void reloadOnce());
}

async function reloadOnce(): Promise<void> {
  if (!(await tryNow())) return;
  const last = Number(sessionStorage.getItem(KEY) ?? 0);
  if (Date.now() - last < AGAIN_MS) return;
  sessionStorage.setItem(KEY, String(Date.now()));
  location.reload();
}
