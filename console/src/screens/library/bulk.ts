/**
 * Changes of many documents. Each is shown at once and sent when its message with Undo goes: the API has no way back from a
 * deletion, nor from a run. When the page is left, the message goes at once.
 */
import { signal } from '@preact/signals';
import type { components } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { isUnreachable, PharosError, sentenceOf } from '../../api/errors.ts';
import { toast } from '../../parts/toast.tsx';
import { library as texts } from '../../texts/library.ts';
import { type BulkBody, bodiesOf, type Change } from './bulk-bodies.ts';
import { hidden, reload } from './rows.ts';
import { clearSelection, countSelected, type Selection, selection } from './selection.ts';
import { sendBodies } from './send-bodies.ts';
import type { View } from './view.ts';

type Task = components['schemas']['Task'];

const ASK_EVERY_MS = 700;

/** How far the changes are, in words; empty while there is none. */
export const underWay = signal('');

/** A change of tags that is shown and not sent yet, or not finished. */
export interface ShownTags {
  readonly selected: Selection;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}
export const shownTags = signal<ShownTags | undefined>(undefined);

/** The tags of a document as they will be. */
export function tagsOf(id: string, tags: readonly string[]): readonly string[] {
  const change = shownTags.value;
  if (!change || !(change.selected.all || change.selected.ids.has(id))) return tags;
  return [...new Set([...tags.filter((tag) => !change.removed.includes(tag)), ...change.added])];
}

/** Changes that leaving the page would cut off: those of several requests, and those whose requests are on their way. */
const cutOff = new Set<readonly BulkBody[]>();

addEventListener('beforeunload', (event) => {
  if (cutOff.size > 0) event.preventDefault();
});

/** `now`: of documents that come later none is meant. */
export function changeSelected(change: Change, view: View, now: number): void {
  const selected = selection.peek();
  const count = countSelected.peek();
  if (count === 0) return;
  const bodies = bodiesOf(change, selected, count, view, now);
  const takeBack = show(change, selected);
  clearSelection();
  if (bodies.length > 1) cutOff.add(bodies);
  toast({
    text: texts.bulk.done[change.action](count),
    undo: () => {
      cutOff.delete(bodies);
      takeBack();
    },
    gone: (isLeaving) => send(bodies, isLeaving, takeBack),
  });
}

/** Shows the change as done. Returns what takes that back. */
function show(change: Change, selected: Selection): () => void {
  if (change.action === 'delete') {
    const before = hidden.peek();
    hidden.value = selected.all || before === 'all' ? 'all' : new Set([...before, ...selected.ids]);
    return () => {
      hidden.value = new Set();
    };
  }
  if (change.action === 'tag') {
    const added = 'add_tags' in change ? change.add_tags : [];
    const removed = 'remove_tags' in change ? change.remove_tags : [];
    shownTags.value = { selected, added, removed };
    return () => {
      shownTags.value = undefined;
    };
  }
  return () => undefined;
}

/** Resolves when the server has taken the change, or has not. It is followed to its end afterwards. */
async function send(bodies: readonly BulkBody[], isLeaving: boolean, takeBack: () => void): Promise<void> {
  cutOff.add(bodies);
  const post = (body: BulkBody, keepalive: boolean) => client.post('/resources/bulk', { body, keepalive });
  const sent = sendBodies(bodies, isLeaving, post).finally(() => cutOff.delete(bodies));
  void follow(sent, takeBack);
  await Promise.allSettled([sent]);
}

async function follow(sent: Promise<readonly Task[]>, takeBack: () => void): Promise<void> {
  try {
    for (const task of await sent) await finish(task);
  } catch (error) {
    toast({ text: isUnreachable(error) ? texts.bulk.notDone : sentenceOf(error), failed: true });
  } finally {
    underWay.value = '';
    takeBack();
    reload();
  }
}

async function finish(task: Task): Promise<void> {
  let now = task;
  while (now.status === 'pending' || now.status === 'processing') {
    underWay.value = texts.bulk.underWay(now.done, now.total);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    try {
      now = await client.get('/tasks/{id}', { params: { path: { id: now.id } } });
    } catch (error) {
      // The worker goes on; it is asked again.
      if (error instanceof PharosError && error.status !== 0 && error.status !== 429) throw error;
    }
  }
  const [first] = now.errors;
  if (now.status === 'failed') toast({ text: now.error ?? texts.bulk.notDone, failed: true });
  else if (first) toast({ text: texts.bulk.partly(now.errors.length, now.total, first.message), failed: true });
}
