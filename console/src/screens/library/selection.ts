/** Which documents are selected: some by their ids, or all that match. */
import { computed, signal } from '@preact/signals';
import { count, rowAt } from './rows.ts';

export type Selection = { readonly all: true } | { readonly all: false; readonly ids: ReadonlySet<string> };

const NONE: Selection = { all: false, ids: new Set() };

/** What the API takes by ids, times the requests that one action sends. */
export const MAX_IDS = 10_000;

export const selection = signal<Selection>(NONE);

export const countSelected = computed(() => {
  const { value } = selection;
  return value.all ? (count.value ?? 0) : value.ids.size;
});

/** Where the last box was checked: Shift selects from there. */
let anchor = 0;

export const isSelected = (id: string): boolean => selection.value.all || selection.value.ids.has(id);

export function clearSelection(): void {
  selection.value = NONE;
}

export function selectAll(isAll: boolean): void {
  selection.value = isAll ? { all: true } : NONE;
}

/** `extend`: every loaded row since the last box. A box of many that are selected together clears them. */
export function select(place: number, isOn: boolean, extend: boolean): void {
  const now = selection.peek();
  const ids = new Set(now.all ? [] : now.ids);
  const [from, to] = extend ? [Math.min(anchor, place), Math.max(anchor, place)] : [place, place];
  for (let each = from; each <= to && ids.size < MAX_IDS; each++) {
    const id = rowAt(each)?.id;
    if (id === undefined) continue;
    if (isOn) ids.add(id);
    else ids.delete(id);
  }
  anchor = place;
  selection.value = { all: false, ids };
}
