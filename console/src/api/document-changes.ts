/** Counts the changes of documents that the server has taken: a list that was read while one was on its way is read again. */
import { signal } from '@preact/signals';

export const documentChanges = signal(0);

/** Resolves as `change` does. */
export async function counted<T>(change: Promise<T>): Promise<T> {
  const done = await change;
  documentChanges.value += 1;
  return done;
}
