/** The queue of documents: kept outside of the screen, so that it goes on while another one is open. Newest first. */
import { computed, effect, signal } from '@preact/signals';
import { account } from '../api/session.ts';
import { inWork, unsent } from '../app/in-work.ts';
import { countKinds, type Entry, idOf, isUnsent, kindOf, type Phase } from './entry.ts';
import { fitted } from './room.ts';

export const entries = signal<readonly Entry[]>([]);
export const counts = computed(() => countKinds(entries.value));

/** What assistive technology reads: once for each document that is ready or fails. */
export const announcement = signal('');

/** Documents that end together are read out together; one text in place of another at once would not be read. */
const ANNOUNCE_MS = 300;
let unsaid: string[] = [];

export function announce(text: string): void {
  unsaid.push(text);
  if (unsaid.length > 1) return;
  setTimeout(() => {
    announcement.value = unsaid.join(' ');
    unsaid = [];
  }, ANNOUNCE_MS);
}

effect(() => {
  inWork.value = counts.value.work;
  unsent.value = entries.value.filter(isUnsent).length;
});

/** Adds what is not there yet, in front. An entry of the same document takes the place of the older one. */
export function addEntries(added: readonly Entry[]): void {
  const ids = new Set(added.flatMap((entry) => idOf(entry) ?? []));
  const kept = entries.peek().filter((entry) => !ids.has(idOf(entry) ?? ''));
  entries.value = fitted([...added, ...kept]);
}

/** Adds what was there before, at the end. */
export function appendEntries(found: readonly Entry[]): void {
  const ids = new Set(entries.peek().flatMap((entry) => idOf(entry) ?? []));
  const unknown = found.filter((entry) => !ids.has(idOf(entry) ?? ''));
  entries.value = fitted([...entries.peek(), ...unknown]);
}

export function changeEntry(key: string, change: Partial<Omit<Entry, 'key'>>): void {
  entries.value = entries.peek().map((entry) => (entry.key === key ? { ...entry, ...change } : entry));
}

export function removeEntries(keys: ReadonlySet<string>): void {
  entries.value = entries.peek().filter(({ key }) => !keys.has(key));
}

export const findEntry = (key: string): Entry | undefined => entries.peek().find((entry) => entry.key === key);

/** The server has the document. One that is in the list already is not listed twice. */
export function storeEntry(key: string, phase: Extract<Phase, { name: 'stored' }>): void {
  entries.value = entries
    .peek()
    .filter((entry) => entry.key === key || idOf(entry) !== phase.id)
    .map((entry) => (entry.key === key ? { ...entry, phase } : entry));
}

/** Puts removed entries back where they were. */
export function restoreEntries(removed: readonly Entry[], order: readonly Entry[]): void {
  const places = new Map(order.map(({ key }, place) => [key, place]));
  const all = [...entries.peek(), ...removed];
  // What came meanwhile has no place, and stays in front.
  entries.value = fitted(all.sort((a, b) => (places.get(a.key) ?? -1) - (places.get(b.key) ?? -1)));
}

export const readyEntries = (): readonly Entry[] => entries.peek().filter((entry) => kindOf(entry) === 'ready');

/** The browser asks before it closes a page that still sends. Without a session nothing is sent any more. */
addEventListener('beforeunload', (event) => {
  if (account.peek() && unsent.peek() > 0) event.preventDefault();
});
