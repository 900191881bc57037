/** Sessions and tokens on a test database, with a clock that the test moves. */
import { createAccessTokens } from '../../../src/kernel/auth/access-tokens.ts';
import { createRevocations } from '../../../src/kernel/auth/revocations.ts';
import { createSecurityLog } from '../../../src/kernel/auth/security-log.ts';
import { createSessions } from '../../../src/kernel/auth/sessions.ts';
import type { Config } from '../../../src/kernel/config/config.ts';
import { users } from '../../../src/kernel/db/schema.sqlite.ts';
import type { User } from '../../../src/kernel/db/types.ts';
import { createLimiter } from '../../../src/kernel/rate-limits/limiter.ts';
import type { TestDatabase } from './database.ts';
import { createTestServices } from './services.ts';

export const testUser: User = {
  id: '01900000-0000-7000-8000-0000000000aa',
  username: 'ada',
  usernameKey: 'ada',
  email: 'ada@example.org',
  emailKey: 'ada@example.org',
  passwordHash: null,
  tier: 'free',
  active: true,
  emailVerifiedAt: null,
  credentialsEpoch: 0,
  createdAt: 0,
  updatedAt: 0,
};

export const CLIENT = { address: '192.0.2.1', userAgent: 'test' };

export async function createAuthKit(
  env: Record<string, string> = {},
  options: { config?: Config; database?: TestDatabase } = {},
) {
  const services = await createTestServices({ env, ...options });
  const { db, clock, log, metrics, ids, kv, rateLimitStore, config, background, close } = services;
  const base = { db, clock, log, metrics, ids, kv, rateLimitStore, config, background };
  const limiter = createLimiter(base);
  const accessTokens = createAccessTokens(base);
  const revocations = createRevocations({ ...base, limiter });
  const security = createSecurityLog(base);
  const sessions = createSessions({ ...base, accessTokens, revocations, security });
  await db.insert(users).values(testUser);
  return { ...base, limiter, accessTokens, revocations, security, sessions, close };
}
