/** Changes of many documents that are shown and not done yet. Each takes back its own part of what is shown. */
import { signal } from '@preact/signals';
import type { Change } from './change.ts';

/** Documents by their ids, or all that a view matches (`matchOf`). */
export type Meant = { readonly ids: ReadonlySet<string> } | { readonly match: string };

interface Pending {
  readonly change: Change;
  readonly meant: Meant;
}

const pending = signal<readonly Pending[]>([]);

/** Shows the change as done. Returns what takes that back. */
export function showChange(change: Change, meant: Meant): () => void {
  const shown = { change, meant };
  pending.value = [...pending.peek(), shown];
  return () => {
    pending.value = pending.peek().filter((each) => each !== shown);
  };
}

const isMeant = (meant: Meant, id: string, match: string | undefined) =>
  'ids' in meant ? meant.ids.has(id) : meant.match === match;

const deletions = () => pending.value.filter(({ change }) => change.action === 'delete');

export const isDeleting = (): boolean => deletions().length > 0;

/** `match`: of the view in which the document is shown. */
export const isDeleted = (id: string, match: string | undefined): boolean =>
  deletions().some(({ meant }) => isMeant(meant, id, match));

/** Whether all that match are deleted. */
export const isEmptied = (match: string): boolean => deletions().some(({ meant }) => 'match' in meant && meant.match === match);

/** The tags of a document as they will be. */
export function tagsAfter(id: string, tags: readonly string[], match: string | undefined): readonly string[] {
  return pending.value.reduce((now, { change, meant }) => {
    if (change.action !== 'tag' || !isMeant(meant, id, match)) return now;
    const removed = 'remove_tags' in change ? change.remove_tags : [];
    const added = 'add_tags' in change ? change.add_tags : [];
    return [...new Set([...now.filter((tag) => !removed.includes(tag)), ...added])];
  }, tags);
}
