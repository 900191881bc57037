/**
 * Changes of many documents. Each is shown at once and sent when its message with Undo goes: the API has no way back from a
 * deletion, nor from a run. When the page is left, the message goes at once.
 */
import { signal } from '@preact/signals';
import type { components } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { PharosError, reasonOf } from '../../api/errors.ts';
import { sessionEnded } from '../../api/session-ended.ts';
import { toast } from '../../parts/toast.tsx';
import { library as texts } from '../../texts/library.ts';
import { type BulkBody, bodiesOf } from './bulk-bodies.ts';
import type { Change } from './change.ts';
import { showChange } from './pending-changes.ts';
import { reload } from './rows.ts';
import { clearSelection, countSelected, selection } from './selection.ts';
import { sendBodies } from './send-bodies.ts';
import { matchOf, type View } from './view.ts';

type Task = components['schemas']['Task'];

const ASK_EVERY_MS = 700;

/** How far the changes are, in words; empty while there is none. */
export const underWay = signal('');

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
  const takeBack = showChange(change, selected.all ? { match: matchOf(view) } : selected);
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

/** Resolves when the server has taken the change, or has not. It is followed to its end afterwards. */
async function send(bodies: readonly BulkBody[], isLeaving: boolean, takeBack: () => void): Promise<void> {
  cutOff.add(bodies);
  const post = (body: BulkBody, keepalive: boolean) => client.post('/resources/bulk', { body, keepalive });
  const sent = sendBodies(bodies, isLeaving, post).finally(() => cutOff.delete(bodies));
  void follow(sent, takeBack);
  await Promise.allSettled([sent]);
}

/** The worker makes a change that was taken also where no page follows it: with the session, only following ends. */
async function follow(sent: Promise<readonly Task[]>, takeBack: () => void): Promise<void> {
  const session = sessionEnded.peek();
  const isOver = () => sessionEnded.peek() !== session;
  try {
    for (const task of await sent) await finish(task, isOver);
  } catch (error) {
    const hasChanged = error instanceof PharosError && error.status === 409;
    toast({ text: hasChanged ? texts.bulk.changed : reasonOf(error, texts.bulk.notDone), failed: true });
  } finally {
    underWay.value = '';
    takeBack();
    if (!isOver()) reload();
  }
}

async function finish(task: Task, isOver: () => boolean): Promise<void> {
  let now = task;
  while (now.status === 'pending' || now.status === 'processing') {
    underWay.value = texts.bulk.underWay(now.done, now.total);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    if (isOver()) return;
    try {
      now = await client.get('/tasks/{id}', { params: { path: { id: now.id } } });
    } catch (error) {
      if (isOver()) return;
      // The worker goes on; it is asked again.
      if (error instanceof PharosError && error.status !== 0 && error.status !== 429) throw error;
    }
  }
  const [first] = now.errors;
  if (now.status === 'failed') toast({ text: now.error ?? texts.bulk.notDone, failed: true });
  else if (first) toast({ text: texts.bulk.partly(now.errors.length, now.total, first.message), failed: true });
}
