/** The database and the stores, for commands that work on them. */
import { uuidv7 } from 'uuidv7';
import { createBackground } from '../src/adapters/background.ts';
import { loadDevSecrets } from '../src/adapters/dev-secrets.ts';
import { loadEnvironment } from '../src/adapters/environment.ts';
import { createLog } from '../src/adapters/log.ts';
import { type OpenDatabase, openDatabase, prepareDatabase } from '../src/adapters/open-database.ts';
import { openStores } from '../src/adapters/open-stores.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { type Config, parseConfig } from '../src/kernel/config/config.ts';
import type { Log } from '../src/kernel/core/log.ts';
import type { Background, Clock, Ids } from '../src/kernel/core/ports.ts';
import type { Database } from '../src/kernel/db/types.ts';
import type { KeyValue } from '../src/kernel/kv/key-value.ts';
import type { RateLimitStore } from '../src/kernel/rate-limits/store.ts';

/** Milliseconds that background work may take when a command ends. */
const BACKGROUND_MS = 5000;

export interface Session {
  readonly config: Config;
  readonly database: Pick<OpenDatabase, 'place'>;
  readonly db: Database;
  readonly kv: KeyValue;
  readonly rateLimitStore: RateLimitStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly background: Background;
}

/** Runs `work` on the database, which is brought up to date first where the server would do so, too. */
export async function withSession(work: (session: Session) => Promise<void>): Promise<void> {
  const env = loadEnvironment();
  const config = parseConfig(env, await loadDevSecrets(parseConfig(env)));
  const log = createLog({ level: 'warning', write: (line) => process.stderr.write(line) });
  const background = createBackground({ log });
  const clock = systemClock;
  const database = await openDatabase(config);
  const { kv, rateLimitStore } = openStores(config, { clock, log });
  try {
    await prepareDatabase(database, config, (notice) => log.warning('database', { warning: notice }));
    await work({ config, database, db: database.db, kv, rateLimitStore, clock, ids: { next: uuidv7 }, log, background });
    await background.drain(BACKGROUND_MS);
  } finally {
    await kv.close();
    await database.close();
  }
}
