/** Sessions and tokens on real SQLite, with a clock moved by hand. */
import { createAccessTokens } from '../../../src/kernel/auth/access-tokens.ts';
import { createRevocations } from '../../../src/kernel/auth/revocations.ts';
import { createSecurityLog } from '../../../src/kernel/auth/security-log.ts';
import { createSessions } from '../../../src/kernel/auth/sessions.ts';
import type { Config } from '../../../src/kernel/config/config.ts';
import { noMetrics } from '../../../src/kernel/core/metrics.ts';
import { users } from '../../../src/kernel/db/schema.sqlite.ts';
import type { User } from '../../../src/kernel/db/types.ts';
import { createMemoryKeyValue } from '../../../src/kernel/kv/memory.ts';
import { createLimiter } from '../../../src/kernel/rate-limits/limiter.ts';
import { createMemoryRateLimitStore } from '../../../src/kernel/rate-limits/memory-store.ts';
import { manualClock, memoryLog, randomIds, trackedBackground } from '../fakes/doubles.ts';
import { testConfig } from './config.ts';
import { openTestDatabase } from './database.ts';

export const somebody: User = {
  id: '01900000-0000-7000-8000-0000000000aa',
  username: 'ada',
  usernameKey: 'ada',
  email: 'ada@example.org',
  emailKey: 'ada@example.org',
  passwordHash: null,
  tier: 'free',
  active: true,
  emailVerifiedAt: null,
  createdAt: 0,
  updatedAt: 0,
};

export const CLIENT = { address: '192.0.2.1', userAgent: 'test' };

export async function createAuthKit(env: Record<string, string> = {}, options: { config?: Config } = {}) {
  const database = await openTestDatabase();
  const clock = manualClock();
  const log = memoryLog();
  const ids = randomIds;
  const background = trackedBackground();
  const kv = createMemoryKeyValue({ clock });
  const config = options.config ?? testConfig(env);
  const rateLimitStore = createMemoryRateLimitStore({ clock, kv });
  const base = { db: database.db, clock, log, metrics: noMetrics, ids, kv, rateLimitStore, config, background };
  const limiter = createLimiter(base);
  const accessTokens = createAccessTokens(base);
  const revocations = createRevocations({ ...base, limiter });
  const security = createSecurityLog(base);
  const sessions = createSessions({ ...base, accessTokens, revocations, security });
  await database.db.insert(users).values(somebody);
  const close = async () => {
    await background.settled();
    await database.close();
  };
  return { ...base, limiter, accessTokens, revocations, security, sessions, close };
}
