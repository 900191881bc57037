/** Keeps the queue of documents while somebody is logged in, whatever screen is open. */
import { effect } from '@preact/signals';
import { account } from '../api/session.ts';

export function keepQueue(): void {
  let owner: string | undefined;
  effect(() => {
    const id = account.value?.id;
    if (id === owner) return;
    owner = id;
    import('../queue/queue.ts').then(({ startQueue, endQueue }) => {
      if (id !== owner) return;
      if (id === undefined) endQueue();
      else startQueue();
    }, reportError);
  });
}
