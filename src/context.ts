/** The one composition root: configuration and adapters in, everything the app needs out. */
import { createAccessTokens } from './kernel/auth/access-tokens.ts';
import { createApiKeys } from './kernel/auth/api-keys.ts';
import { createEmailLinks } from './kernel/auth/email-links.ts';
import { createLoginLimits } from './kernel/auth/login-limits.ts';
import { createOAuthFlow } from './kernel/auth/oauth/flow.ts';
import { createOAuthProviders } from './kernel/auth/oauth/providers.ts';
import { createRevocations } from './kernel/auth/revocations.ts';
import { createSecurityLog } from './kernel/auth/security-log.ts';
import { createSessions } from './kernel/auth/sessions.ts';
import type { Config } from './kernel/config/config.ts';
import { createRelay } from './kernel/jobs/relay.ts';
import { instrumentKeyValue } from './kernel/kv/instrumented.ts';
import { instrumentProgress } from './kernel/progress/instrumented.ts';
import { createProgressTracker } from './kernel/progress/tracker.ts';
import { instrumentLimiter, instrumentRateLimitStore } from './kernel/rate-limits/instrumented.ts';
import { createLimiter } from './kernel/rate-limits/limiter.ts';
import { rateLimitPolicies } from './kernel/rate-limits/tiers.ts';
import { createHttpPublisher } from './kernel/worker-client/http-publisher.ts';
import { createQueryEmbedder } from './kernel/worker-client/query-embedder.ts';
import type { Adapters, AppContext } from './services/context.ts';

/** Each part gets the services made before it; an override replaces a part for those made after it, too. */
export function createContext(config: Config, drivers: Adapters, overrides: Partial<AppContext> = {}): AppContext {
  const given = { ...drivers, ...overrides };
  const { metrics } = given;
  const base = {
    ...given,
    kv: instrumentKeyValue(given.kv, metrics),
    rateLimitStore: instrumentRateLimitStore(given.rateLimitStore, metrics),
    config,
  };
  const limiter = instrumentLimiter(overrides.limiter ?? createLimiter(base), metrics);
  const loginLimits = overrides.loginLimits ?? createLoginLimits({ limiter, limits: rateLimitPolicies(config) });
  const accessTokens = overrides.accessTokens ?? createAccessTokens(base);
  const apiKeys = overrides.apiKeys ?? createApiKeys(base);
  const revocations = overrides.revocations ?? createRevocations({ ...base, limiter });
  const security = overrides.security ?? createSecurityLog(base);
  const sessions = overrides.sessions ?? createSessions({ ...base, accessTokens, revocations, security });
  const emailLinks = overrides.emailLinks ?? createEmailLinks({ ...base, sessions, security });
  const oauth = overrides.oauth ?? createOAuthFlow({ ...base, providers: createOAuthProviders(base) });
  const progress = instrumentProgress(overrides.progress ?? createProgressTracker(base), metrics);
  const publisher = overrides.publisher ?? createHttpPublisher(base);
  const relay = overrides.relay ?? createRelay({ ...base, publisher });
  const queryEmbedder = overrides.queryEmbedder ?? createQueryEmbedder(base);
  return {
    ...base,
    limiter,
    loginLimits,
    accessTokens,
    apiKeys,
    revocations,
    security,
    sessions,
    emailLinks,
    oauth,
    progress,
    publisher,
    relay,
    queryEmbedder,
  };
}
