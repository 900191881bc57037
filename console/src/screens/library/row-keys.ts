/**
 * Keys of the list: arrows walk through the rows, `x` selects one. Enter follows its link by itself. Arrows come to the rows from
 * the heading, which has the focus on a new screen, from the filter by title, and where nothing has the focus.
 */
import { isSingleKey } from '../../keyboard/single-keys.ts';
import { rowAt } from './rows.ts';
import { isSelected, select } from './selection.ts';

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

const LEADS_TO_ROWS = '[data-leads-to-rows], h1, body';

/** `list` holds the rows that exist. */
export function onRowKey(event: KeyboardEvent, list: HTMLElement): void {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLElement)) return;
  const place = placeOfRow(event.target);
  const step = STEPS[event.key];
  if (step !== undefined && (place !== undefined || event.target.matches(LEADS_TO_ROWS))) {
    event.preventDefault();
    focusRow(list, place === undefined ? firstVisible(list) : place + step);
  }
  if (event.key.toLowerCase() === 'x' && place !== undefined && isSingleKey(event)) {
    const id = rowAt(place)?.id;
    if (id !== undefined) select(place, !isSelected(id), event.shiftKey);
  }
}

function placeOfRow(target: HTMLElement): number | undefined {
  const link = target.closest('tr, .card')?.querySelector<HTMLElement>('[data-place]');
  return link ? Number(link.dataset.place) : undefined;
}

function firstVisible(list: HTMLElement): number {
  const links = [...list.querySelectorAll<HTMLElement>('[data-place]')];
  const visible = links.find((link) => link.getBoundingClientRect().top >= 0) ?? links[0];
  return Number(visible?.dataset.place ?? 0);
}

function focusRow(list: HTMLElement, place: number): void {
  const link = list.querySelector<HTMLElement>(`[data-place="${place}"]`);
  link?.focus({ preventScroll: true });
  link?.scrollIntoView({ block: 'nearest' });
}
