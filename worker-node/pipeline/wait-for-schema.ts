/** The API migrates the database; a worker that starts earlier waits for it. */

const WAIT_MS = 30_000;
const PAUSE_MS = 200;

export interface SchemaDependencies {
  readonly database: { readonly place: string; ping(): Promise<void> };
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Resolves when the tables can be read. After 30 s rejects with an Error that says what to do. */
export async function waitForSchema({ database, sleep }: SchemaDependencies): Promise<void> {
  for (let waited = 0; ; waited += PAUSE_MS) {
    try {
      return await database.ping();
    } catch (cause) {
      if (waited >= WAIT_MS) {
        const message = `DATABASE_URL: ${database.place} has no readable tables; start the API or run the migrations first`;
        throw new Error(message, { cause });
      }
    }
    await sleep(PAUSE_MS);
  }
}
