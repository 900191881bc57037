/** The one composition root: takes configuration and adapters, builds every part that routes and services use. */
import { createAccessTokens } from './kernel/auth/access-tokens.ts';
import { createAccountNotices } from './kernel/auth/account-notices.ts';
import { createApiKeys } from './kernel/auth/api-keys.ts';
import { createEmailLinks } from './kernel/auth/email-links.ts';
import { createGrants } from './kernel/auth/grants.ts';
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
import { createStreamTickets } from './kernel/progress/stream-tickets.ts';
import { createProgressTracker } from './kernel/progress/tracker.ts';
import { instrumentLimiter, instrumentRateLimitStore } from './kernel/rate-limits/instrumented.ts';
import { createLimiter } from './kernel/rate-limits/limiter.ts';
import { rateLimitPolicies } from './kernel/rate-limits/tiers.ts';
import { createEmbeddingsProxy } from './kernel/worker-client/embeddings-proxy.ts';
import { createHttpPublisher } from './kernel/worker-client/http-publisher.ts';
import { createPresignedContents } from './kernel/worker-client/presigned-contents.ts';
import { createPresignedUploads } from './kernel/worker-client/presigned-uploads.ts';
import { createSearchClient } from './kernel/worker-client/search-client.ts';
import { createAccounts } from './services/accounts/accounts.ts';
import { createRequestLimits } from './services/accounts/request-limits.ts';
import type { Adapters, AppContext } from './services/context.ts';
import { createHealth } from './services/system/health.ts';
import { createStatistics } from './services/system/statistics.ts';
import { createWriteHealth } from './services/system/write-health.ts';

/** Builds each part from those before it. An override replaces a part, also for the parts built after it. */
export function createContext(config: Config, adapters: Adapters, overrides: Partial<AppContext> = {}): AppContext {
  const given = { ...adapters, ...overrides };
  const { metrics } = given;
  const base = {
    ...given,
    kv: instrumentKeyValue(given.kv, metrics),
    rateLimitStore: instrumentRateLimitStore(given.rateLimitStore, metrics),
    config,
  };

  const make = <Name extends keyof AppContext>(name: Name, create: () => AppContext[Name]): AppContext[Name] =>
    overrides[name] ?? create();

  const limiter = instrumentLimiter(
    make('limiter', () => createLimiter(base)),
    metrics,
  );
  const rateLimits = make('rateLimits', () => rateLimitPolicies(config));
  const loginLimits = make('loginLimits', () => createLoginLimits({ limiter, limits: rateLimits }));
  const accessTokens = make('accessTokens', () => createAccessTokens(base));
  const apiKeys = make('apiKeys', () => createApiKeys(base));
  const revocations = make('revocations', () => createRevocations({ ...base, limiter }));
  const requestLimits = make('requestLimits', () => createRequestLimits({ ...base, limiter, rateLimits, revocations }));
  const security = make('security', () => createSecurityLog(base));
  const accounts = make('accounts', () => createAccounts(base));
  const sessions = make('sessions', () => createSessions({ ...base, accessTokens, revocations, security }));
  const notices = make('notices', () => createAccountNotices(base));
  const grants = make('grants', () => createGrants({ ...base, security, notices, sessions }));
  const emailLinks = make('emailLinks', () => createEmailLinks({ ...base, sessions, security, limiter, rateLimits, notices }));
  const oauth = make('oauth', () => createOAuthFlow({ ...base, providers: createOAuthProviders(base) }));
  const progress = instrumentProgress(
    make('progress', () => createProgressTracker(base)),
    metrics,
  );
  const streamTickets = make('streamTickets', () => createStreamTickets(base));
  const publisher = make('publisher', () => createHttpPublisher(base));
  const writeHealth = make('writeHealth', () => createWriteHealth(base));
  const relay = make('relay', () => createRelay({ ...base, publisher, noteFailure: writeHealth.failed }));
  const searchClient = make('searchClient', () => createSearchClient({ ...base, fetch: base.searchFetch ?? base.fetch }));
  const embeddingsProxy = make('embeddingsProxy', () => createEmbeddingsProxy(base));
  const presignedContents = make('presignedContents', () => createPresignedContents(base));
  const presignedUploads = make('presignedUploads', () => createPresignedUploads(base));
  const statistics = make('statistics', () => createStatistics(base));
  const checkHealth = make('checkHealth', () => createHealth({ ...base, writeHealth }));

  return {
    ...base,
    limiter,
    rateLimits,
    loginLimits,
    accessTokens,
    apiKeys,
    revocations,
    requestLimits,
    security,
    accounts,
    sessions,
    notices,
    grants,
    emailLinks,
    oauth,
    progress,
    streamTickets,
    publisher,
    relay,
    searchClient,
    embeddingsProxy,
    presignedContents,
    presignedUploads,
    statistics,
    writeHealth,
    checkHealth,
  };
}
