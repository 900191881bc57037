/** Moves the focus to the heading of a new screen. */

let isFirst = true;

/**
 * Assistive technology reads the new screen from its heading. A screen that begins with a field marks it `data-focus`. A screen
 * that has no heading until its data have arrived calls this again then; a control that has the focus by then keeps it.
 */
export function focusHeading({ arrived = false } = {}): void {
  const main = document.querySelector('main');
  if (arrived && main?.contains(document.activeElement)) return;
  const field = main?.querySelector<HTMLElement>('[data-focus]');
  const heading = main?.querySelector<HTMLElement>('h1');
  if (!field && !heading) return;
  if (field) field.focus({ preventScroll: true });
  else if (heading && !isFirst) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  isFirst = false;
}
