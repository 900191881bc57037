/**
 * The second click of a double click acts on what was clicked first, or on nothing: where the page has moved meanwhile, it would
 * remove the next row, close the dialog that has just opened, or open what lies below.
 */

const ACTS = 'a, button, dialog, summary, input, select, label';

export function guardDoubleClicks(): void {
  let first: Element | null = null;
  addEventListener(
    'click',
    (event) => {
      const pressed = actor(event.target);
      // A click by key or by script counts 0, the first one of a series 1.
      if (event.detail <= 1) first = pressed;
      else if (event.detail === 2 && pressed !== first) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    },
    { capture: true },
  );
}

/** A label acts as its field, which the browser clicks after it. */
function actor(target: EventTarget | null): Element | null {
  const found = target instanceof Element ? target.closest(ACTS) : null;
  return found instanceof HTMLLabelElement ? (found.control ?? found) : found;
}
