/** The rows of the library: pages of the list, loaded where they are scrolled to, and forgotten with the view. */
import { computed, signal } from '@preact/signals';
import type { Resource } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { PharosError, reasonOf } from '../../api/errors.ts';
import { library as texts } from '../../texts/library.ts';
import { isDeleted, isDeleting, isEmptied, tagsAfter } from './pending-changes.ts';
import { addressOf, filterOf, matchOf, orderOf, type View } from './view.ts';
import { placeOf } from './without-hidden.ts';

const PAGE = 100;
/** A scroll that flies over pages loads those at which it ends. */
const SETTLE_MS = 80;
/** Pages that are kept; those far away are loaded again. */
const MOST_PAGES = 60;

interface Loaded {
  readonly address: string;
  readonly match: string;
  readonly total: number;
  readonly pages: ReadonlyMap<number, readonly Resource[]>;
}

const loaded = signal<Loaded | undefined>(undefined);
/** Why rows are missing. */
export const failure = signal<string | undefined>(undefined);
/** Whether the rows shown are those of the last view. */
export const isLate = signal(false);
/** Rows that are not shown: their deletion waits for its message to go. */
const hiddenPlaces = computed((): readonly number[] => {
  const places: number[] = [];
  if (!loaded.value || !isDeleting()) return places;
  const { pages, match } = loaded.value;
  for (const [page, rows] of pages)
    for (const [index, { id }] of rows.entries()) if (isDeleted(id, match)) places.push(page * PAGE + index);
  return places.sort((a, b) => a - b);
});

/** Undefined until the first rows are there. */
export const count = computed(() => {
  if (!loaded.value) return undefined;
  return isEmptied(loaded.value.match) ? 0 : loaded.value.total - hiddenPlaces.value.length;
});

/** The tags of a row as they will be. */
export const tagsOf = ({ id, tags }: Resource): readonly string[] => tagsAfter(id, tags, loaded.value?.match);

/** The row at a place; undefined while it is loaded. */
export function rowAt(shown: number): Resource | undefined {
  const place = placeOf(shown, hiddenPlaces.value);
  return loaded.value?.pages.get(Math.floor(place / PAGE))?.[place % PAGE];
}

let view: View | undefined;
let wanted: readonly number[] = [0];
let timer: ReturnType<typeof setTimeout> | undefined;
let stop = new AbortController();
const loading = new Set<number>();

/** Shows another view. The rows of the last one stay until the first of this one are there. */
export function showView(next: View): void {
  view = next;
  isLate.value = loaded.peek() !== undefined && loaded.peek()?.address !== addressOf(next);
  wanted = [0];
  restart();
}

/** The rows are shown no longer: they are loaded when they are shown again, and not after a change. */
export function leaveView(): void {
  view = undefined;
  clearTimeout(timer);
  stop.abort();
}

/** Loads what is shown again, after it was changed. */
export function reload(): void {
  if (view) restart();
}

function restart(): void {
  stop.abort();
  stop = new AbortController();
  loading.clear();
  isFresh = true;
  loadWanted();
}

/** Whether what arrives replaces every page that was loaded before. */
let isFresh = true;

/** The rows from `first` up to `end` are on the screen. */
export function want(first: number, end: number): void {
  const from = Math.floor(placeOf(first, hiddenPlaces.peek()) / PAGE);
  const to = Math.floor(placeOf(Math.max(first, end - 1), hiddenPlaces.peek()) / PAGE);
  wanted = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  clearTimeout(timer);
  timer = setTimeout(loadWanted, SETTLE_MS);
}

function loadWanted(): void {
  for (const page of wanted) if (!loading.has(page) && (isFresh || !loaded.peek()?.pages.has(page))) void load(page);
}

async function load(page: number): Promise<void> {
  const asked = view;
  if (!asked) return;
  const { signal: aborted } = stop;
  loading.add(page);
  try {
    const query = { ...filterOf(asked), sort: orderOf(asked), limit: PAGE, offset: page * PAGE, total: 'true' as const };
    const { resources, total = 0 } = await client.get('/resources', { params: { query }, signal: aborted });
    if (aborted.aborted) return;
    failure.value = undefined;
    keep(asked, page, resources, total);
  } catch (error) {
    if (aborted.aborted) return;
    failure.value = reasonOf(error, texts.notLoaded);
    if (error instanceof PharosError && error.retryAfter !== undefined) setTimeout(loadWanted, error.retryAfter * 1_000);
  } finally {
    if (!aborted.aborted) loading.delete(page);
  }
}

function keep(of: View, page: number, resources: readonly Resource[], total: number): void {
  const before = isFresh ? [] : [...(loaded.peek()?.pages ?? [])].filter(([each]) => each !== page).slice(1 - MOST_PAGES);
  isFresh = false;
  isLate.value = false;
  loaded.value = { address: addressOf(of), match: matchOf(of), total, pages: new Map([...before, [page, resources]]) };
}
