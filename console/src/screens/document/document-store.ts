/** One document with what its screen shows, loaded part by part: the text does not wait for the neighbours. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { components, Resource, ResourceProgress } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { counted } from '../../api/document-changes.ts';
import { PharosError, reasonOf } from '../../api/errors.ts';
import { inTime } from '../../api/in-time.ts';
import { taxonomyInTime } from '../../api/taxonomy.ts';
import { toast } from '../../parts/toast.tsx';
import { documentTexts as texts } from '../../texts/document.ts';
import { type Change, changing } from './changes.ts';

export type Similar = components['schemas']['SimilarResource'];
export type Run = components['schemas']['ResourceJob'];

export interface OpenDocument {
  readonly id: string;
  readonly resource: ReadonlySignal<Resource | undefined>;
  /** Undefined until it is loaded; null before the document has been read. */
  readonly text: ReadonlySignal<string | null | undefined>;
  readonly similar: ReadonlySignal<readonly Similar[] | undefined>;
  readonly runs: ReadonlySignal<readonly Run[] | undefined>;
  /** Whether the text, the neighbours and the runs are there, or take too long to be waited for. */
  readonly isWhole: ReadonlySignal<boolean>;
  /** While it is processed. */
  readonly progress: ReadonlySignal<ResourceProgress | undefined>;
  readonly failure: ReadonlySignal<unknown>;
  load(): Promise<void>;
  /** Shows a change at once and saves it; `done` is said then, and `undo` offered. */
  change(make: Change, done?: string, undo?: Change): Promise<void>;
  reprocess(): Promise<void>;
  stop(): Promise<void>;
  close(): void;
}

const SIMILAR = 5;
const RUNS = 10;
/** Between two looks at the progress where the stream ended early. */
const AGAIN_MS = 2_000;

const isAtWork = ({ status }: Resource) => status === 'pending' || status === 'processing';

export function openDocument(id: string): OpenDocument {
  const params = { path: { id } };
  const changes = changing((body) => counted(client.patch('/resources/{id}', { params, body })));
  const { resource } = changes;
  const text = signal<string | null | undefined>(undefined);
  const similar = signal<readonly Similar[] | undefined>(undefined);
  const runs = signal<readonly Run[] | undefined>(undefined);
  const isWhole = signal(false);
  const progress = signal<ResourceProgress | undefined>(undefined);
  const failure = signal<unknown>(undefined);
  const closed = new AbortController();
  let isFollowing = false;

  /** Before a document has been read, its text has no format. */
  async function loadText({ text_format: format }: Resource): Promise<void> {
    text.value = format === undefined ? null : await client.text(id);
  }

  async function loadAround(): Promise<void> {
    const [near, jobs] = await Promise.allSettled([
      client.get('/resources/{id}/similar', { params: { ...params, query: { limit: SIMILAR } } }),
      client.get('/resources/{id}/jobs', { params: { ...params, query: { limit: RUNS } } }),
    ]);
    similar.value = near.status === 'fulfilled' ? near.value.similar : [];
    runs.value = jobs.status === 'fulfilled' ? jobs.value.jobs : [];
  }

  async function load(): Promise<void> {
    try {
      failure.value = undefined;
      const [found] = await Promise.all([client.get('/resources/{id}', { params }), taxonomyInTime()]);
      if (closed.signal.aborted) return;
      changes.set(found);
      if (isAtWork(found)) void follow();
      const parts = [loadText(found), loadAround()];
      void inTime(Promise.all(parts)).then(() => {
        isWhole.value = true;
      });
      await Promise.all(parts);
    } catch (error) {
      if (!closed.signal.aborted) failure.value = error;
    }
  }

  /** Shows the progress until every stage has ended, and then what came of it. A stream that ends early is opened again. */
  async function follow(): Promise<void> {
    if (isFollowing) return;
    isFollowing = true;
    let isOver = false;
    while (!isOver && !closed.signal.aborted) {
      const wait = await watch();
      isOver = closed.signal.aborted || (await hasEnded());
      if (!isOver) await new Promise((resolve) => setTimeout(resolve, wait));
    }
    isFollowing = false;
    progress.value = undefined;
    if (!closed.signal.aborted) await load();
  }

  /** Resolves when the stream has ended, with the milliseconds until another one may be asked for. */
  async function watch(): Promise<number> {
    try {
      for await (const update of client.progress(id, { signal: closed.signal })) progress.value = update;
    } catch (error) {
      // The banner says that the connection is lost.
      if (error instanceof PharosError && error.retryAfter !== undefined) return error.retryAfter * 1_000;
    }
    return AGAIN_MS;
  }

  async function hasEnded(): Promise<boolean> {
    try {
      return !isAtWork(await client.get('/resources/{id}', { params }));
    } catch (error) {
      // It was deleted elsewhere.
      return error instanceof PharosError && error.status === 404;
    }
  }

  async function change(make: Change, done?: string, undo?: Change): Promise<void> {
    try {
      await changes.change(make);
    } catch (error) {
      toast({ text: reasonOf(error, texts.notSaved), failed: true });
      // Deleted elsewhere: the screen says so.
      if (error instanceof PharosError && error.status === 404) await load();
      return;
    }
    if (done !== undefined) toast({ text: done, ...(undo ? { undo: () => void change(undo) } : {}) });
  }

  return {
    ...{ id, resource, text, similar, runs, isWhole, progress, failure, load, change },
    reprocess: async () => {
      try {
        await client.post('/resources/{id}/reprocess', { params, body: {} });
        toast({ text: texts.reprocessed });
      } catch (error) {
        // It is in work already, as after a double click.
        if (!(error instanceof PharosError) || error.status !== 409)
          toast({ text: reasonOf(error, texts.notSaved), failed: true });
      }
      await load();
    },
    stop: async () => {
      try {
        await client.post('/resources/{id}/cancel', { params });
        toast({ text: texts.progress.stopped });
      } catch (error) {
        toast({ text: reasonOf(error, texts.notSaved), failed: true });
      }
      await load();
    },
    close: () => closed.abort(),
  };
}
