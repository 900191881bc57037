/** The queue, begun once a session is there and ended with it. Loaded after the first screen. */

import { entries } from './entries.ts';
import { startFollowing } from './follower.ts';
import { startSending } from './sender.ts';
import { findUnfinished } from './unfinished.ts';

/** Ends the queue of the last session, if there is one. */
let end: (() => void) | undefined;

export function startQueue(): void {
  end?.();
  const stops = [startSending(), startFollowing()];
  end = () => {
    for (const stop of stops) stop();
    entries.value = [];
  };
  // Where it fails, what is added from now on is in the list all the same.
  findUnfinished().catch(() => undefined);
}

export function endQueue(): void {
  end?.();
  end = undefined;
}
