/** Brings results back to where they were left, since a browser scrolls before they are there. */

let left: { readonly address: string; readonly top: number } | undefined;

/** Notes, when the returned function is called, how far the page was scrolled at its address. */
export function rememberScroll(addressOf: () => string): () => void {
  let address = addressOf();
  let top = scrollY;
  const note = () => {
    if (location.pathname !== '/app/search') return;
    address = addressOf();
    top = scrollY;
  };
  addEventListener('scroll', note, { passive: true });
  return () => {
    removeEventListener('scroll', note);
    left = { address, top };
  };
}

export function restoreScroll(address: string): void {
  if (left?.address === address && left.top > 0) scrollTo(0, left.top);
}
