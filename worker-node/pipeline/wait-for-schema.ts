/** The API migrates the database; a worker that starts earlier waits for it. */
import { isServerAway } from '../wait-for-server.ts';

const WAIT_MS = 30_000;
const PAUSE_MS = 200;

export interface SchemaDependencies {
  readonly database: { readonly place: string; ping(): Promise<void> };
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly signal?: AbortSignal | undefined;
}

/** Resolves when the tables can be read. After 30 s of a database without them rejects with an Error that says what to do. */
export async function waitForSchema({ database, sleep, signal }: SchemaDependencies): Promise<void> {
  for (let waited = 0; ; ) {
    signal?.throwIfAborted();
    try {
      return await database.ping();
    } catch (cause) {
      // While the server is away nothing is known about its tables.
      const away = isServerAway(cause);
      if (!away && waited >= WAIT_MS) {
        const message = `DATABASE_URL: ${database.place} has no readable tables; start the API or run the migrations first`;
        throw new Error(message, { cause });
      }
      if (!away) waited += PAUSE_MS;
    }
    await sleep(PAUSE_MS);
  }
}
