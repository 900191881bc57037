/** A server that was updated has other modules than the open page: the page is loaded again, once. */

const KEY = 'pharos-reloaded';
/** A second failure within this time is not for want of an update. */
const AGAIN_MS = 60_000;

export function reloadForMissingModules(): void {
  addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(KEY) ?? 0);
    if (Date.now() - last < AGAIN_MS) return;
    event.preventDefault();
    sessionStorage.setItem(KEY, String(Date.now()));
    location.reload();
  });
}
