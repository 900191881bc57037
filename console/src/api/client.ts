/** The one client of the console. Screens call it; nothing else sends a request. */
import { createClient, type Tokens } from '../../../clients/typescript/src/index.ts';
import { watchedFetch } from './connection.ts';
import { sessionEnded } from './session-ended.ts';

let tokens: Tokens | undefined;

export const client = createClient({
  url: location.origin,
  fetch: watchedFetch,
  store: {
    load: () => tokens,
    save: (saved) => {
      tokens = saved;
      if (saved === undefined) sessionEnded.value += 1;
    },
  },
});
