/** Changes of one document: shown at once, sent one after another, and each made of the document as it is by then. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Resource } from '../../../../clients/typescript/src/index.ts';

export type Fields = Partial<Pick<Resource, 'tags' | 'category' | 'title'>>;
/** What a change makes of the document. */
export type Change = (now: Resource) => Fields;

export interface Changing {
  /** As the server said, with the changes that are on their way. */
  readonly resource: ReadonlySignal<Resource | undefined>;
  /** What the server said. */
  set(resource: Resource): void;
  /** Rejects where it could not be saved; it is not shown any more then. */
  change(make: Change): Promise<void>;
}

export function changing(save: (fields: Fields) => Promise<Resource>): Changing {
  const saved = signal<Resource | undefined>(undefined);
  const waiting = signal<readonly Change[]>([]);
  const resource = computed(() => {
    let now = saved.value;
    for (const make of waiting.value) now &&= { ...now, ...make(now) };
    return now;
  });
  let last: Promise<unknown> = Promise.resolve();

  async function send(make: Change): Promise<void> {
    const now = saved.peek();
    let answer = now;
    try {
      if (now) answer = await save(make(now));
    } finally {
      batch(() => {
        waiting.value = waiting.peek().filter((one) => one !== make);
        // What was loaded meanwhile stays where the change was refused.
        if (answer !== now) saved.value = answer;
      });
    }
  }

  return {
    resource,
    set: (found) => {
      saved.value = found;
    },
    change: (make) => {
      waiting.value = [...waiting.peek(), make];
      const sent = last.then(() => send(make));
      last = sent.catch(() => undefined);
      return sent;
    },
  };
}

export const withTags =
  (added: readonly string[]): Change =>
  ({ tags }) => ({ tags: [...new Set([...tags, ...added])] });

export const withoutTag =
  (tag: string): Change =>
  ({ tags }) => ({ tags: tags.filter((one) => one !== tag) });
