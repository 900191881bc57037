/** Keeps the queue of documents while a user is logged in, on every screen. */
import { effect } from '@preact/signals';
import { recoveries } from '../api/connection.ts';
import { account } from '../api/session.ts';

export function keepQueue(): void {
  let owner: string | undefined;
  effect(() => {
    const id = account.value?.id;
    // What could not be loaded while the server was away is asked for again.
    void recoveries.value;
    if (id === owner) return;
    owner = id;
    import('../queue/queue.ts').then(
      ({ startQueue, endQueue }) => {
        if (id !== owner) return;
        if (id === undefined) endQueue();
        else startQueue();
      },
      (error) => {
        if (id === owner) owner = undefined;
        reportError(error);
      },
    );
  });
}
