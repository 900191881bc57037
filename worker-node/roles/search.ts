/** The `search` role: searches libraries in its memory (`POST /search`), for the API and for the graph stage. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSearchRoute } from '../http/search-route.ts';
import { sweepSnapshots } from '../search/libraries/sweep-snapshots.ts';
import { createLibrarySearch, type LibrarySearch } from '../search/library-search.ts';
import { createSearchThreads } from '../search/search-threads.ts';
import { startSearchThread } from '../search/start-search-thread.ts';
import { packDatabase } from '../search/thread-data.ts';
import type { WorkerContext } from '../worker-context.ts';
import type { Role } from './role.ts';

const MAX_THREADS = 2;
const SWEEP_MS = 10 * 60_000;

export interface SearchRole extends Role {
  /** Lets other roles of this process ask without HTTP. */
  readonly librarySearch: LibrarySearch;
}

export type SearchRoleContext = Pick<WorkerContext, 'config' | 'db' | 'clock' | 'log' | 'models' | 'verifySignature'>;

export function createSearchRole({ config, db, clock, log, models, verifySignature }: SearchRoleContext): SearchRole {
  const folder = join(config.dataDir, 'search');
  const maxBytes = config.search.memoryBytes;
  const { logLevel, logFormat } = config;
  const logSettings = { logLevel, ...(logFormat === undefined ? {} : { logFormat }) };
  const threads = createSearchThreads({
    start: startSearchThread({ database: packDatabase(config.database), log: logSettings, folder, maxBytes }),
    count: Math.min(MAX_THREADS, availableParallelism()),
    ...{ maxBytes, clock, log, sleep },
    embed: async (text, model) => {
      const embedder = [models.questions(), models.byId(model)].find((one) => one?.model === model);
      const [vector] = (await embedder?.embed([text], { priority: 'interactive', kind: 'query' })) ?? [];
      return vector ?? null;
    },
  });
  const librarySearch = createLibrarySearch({ threads, models, clock, log });
  return {
    librarySearch,
    routes: createSearchRoute({ config, verifySignature, librarySearch }),
    tasks: [{ everyMs: SWEEP_MS, run: () => sweepSnapshots({ db, clock, log, folder, evict: threads.evict }) }],
    // A thread that is being replaced delays searches, and no other role.
    health: () => ({ status: 'ok', details: { search: threads.state() } }),
    stop: () => threads.close(),
  };
}
