/** What a person does with the queue: add, try again, remove, clear. */
import { client } from '../api/client.ts';
import { PharosError, reasonOf } from '../api/errors.ts';
import { toast } from '../parts/toast.tsx';
import { add as texts } from '../texts/add.ts';
import { addEntries, changeEntry, entries, readyEntries, removeEntries, restoreEntries } from './entries.ts';
import { type Entry, idOf } from './entry.ts';
import { MAX_ENTRIES, roomIn } from './room.ts';
import { cancelEntry } from './sender.ts';
import { entryOfFile, entryOfSource, pastedSources } from './sources.ts';

export function addFiles(files: readonly File[]): void {
  const taken = files.slice(0, roomIn(entries.peek()));
  addEntries(taken.map(entryOfFile));
  if (taken.length < files.length) tellRest(texts.tooManyFiles(taken.length), taken.length);
}

/** Returns what there was no room for. */
export function addPasted(pasted: string): string {
  const sources = pastedSources(pasted);
  const taken = sources.slice(0, roomIn(entries.peek()));
  addEntries(taken.map(entryOfSource));
  if (taken.length === sources.length) return '';
  tellRest(texts.tooManyAddresses(taken.length), taken.length);
  const rest = sources.slice(taken.length);
  return rest.map((source) => (source.kind === 'url' ? source.url : source.text)).join('\n');
}

function tellRest(text: string, taken: number): void {
  toast({ text: taken === 0 ? texts.full(MAX_ENTRIES) : text, failed: true });
}

/** Sends it again, or has the server process it again where the server has it. */
export async function retry(entry: Entry): Promise<void> {
  const { key } = entry;
  const id = idOf(entry);
  if (id === undefined) return changeEntry(key, { phase: { name: 'queued' } });
  try {
    await client.post('/resources/{id}/reprocess', { params: { path: { id } } });
  } catch (error) {
    // It is being processed already.
    if (!(error instanceof PharosError) || error.status !== 409) {
      return toast({ text: reasonOf(error, texts.notRetried), failed: true });
    }
  }
  changeEntry(key, { phase: { name: 'stored', id, status: 'pending' } });
}

/**
 * Takes a failed document out of the list and out of the library. It is deleted when the message with Undo goes, and at once when
 * the page is left.
 */
export function remove(entry: Entry): void {
  const id = idOf(entry);
  if (id === undefined) {
    cancelEntry(entry.key);
    return;
  }
  const order = entries.peek();
  removeEntries(new Set([entry.key]));
  toast({
    text: texts.removed(entry.title),
    undo: () => restoreEntries([entry], order),
    gone: async () => {
      try {
        await client.delete('/resources/{id}', { params: { path: { id } }, keepalive: true });
      } catch (error) {
        if (error instanceof PharosError && error.status === 404) return;
        restoreEntries([entry], order);
        toast({ text: reasonOf(error, texts.notRemoved), failed: true });
      }
    },
  });
}

/** Takes the ready documents out of the list; they stay in the library. */
export function clearReady(): void {
  const ready = readyEntries();
  const order = entries.peek();
  removeEntries(new Set(ready.map(({ key }) => key)));
  toast({ text: texts.cleared(ready.length), undo: () => restoreEntries(ready, order) });
}
