/** The one client of the console. Screens call it; nothing else sends a request. */
import { createClient } from '../../../clients/typescript/src/index.ts';
import { renewal } from './begun.ts';
import { watchedFetch } from './connection.ts';
import { sessionEnded } from './session-ended.ts';

export const client = createClient({
  url: location.origin,
  fetch: watchedFetch,
  session: 'cookie',
  renewal,
  onEnd: () => {
    sessionEnded.value += 1;
  },
});
