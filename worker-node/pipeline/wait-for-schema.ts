/** The API brings the database up to date; a worker that starts first waits for it. */

const WAIT_MS = 30_000;
const PAUSE_MS = 200;

export interface SchemaDependencies {
  readonly database: { readonly place: string; ping(): Promise<void> };
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Resolves when the tables can be read; rejects after 30 seconds with an Error that says what to do. */
export async function waitForSchema({ database, sleep }: SchemaDependencies): Promise<void> {
  for (let waited = 0; ; waited += PAUSE_MS) {
    try {
      return await database.ping();
    } catch (cause) {
      if (waited >= WAIT_MS) {
        const message = `DATABASE_URL: ${database.place} has no tables that could be read; start the API or migrate it first`;
        throw new Error(message, { cause });
      }
    }
    await sleep(PAUSE_MS);
  }
}
