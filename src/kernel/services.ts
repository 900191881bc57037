/** The one composition root: configuration and drivers in, everything the app needs out. */
import type { AccessTokens } from './auth/access-tokens.ts';
import { createAccessTokens } from './auth/access-tokens.ts';
import { type ApiKeys, createApiKeys } from './auth/api-keys.ts';
import { createEmailLinks, type EmailLinks } from './auth/email-links.ts';
import { createLoginLimits, type LoginLimits } from './auth/login-limits.ts';
import { createOAuthFlow, type OAuthFlow } from './auth/oauth/flow.ts';
import { createOAuthProviders } from './auth/oauth/providers.ts';
import type { Revocations } from './auth/revocations.ts';
import { createRevocations } from './auth/revocations.ts';
import { createSecurityLog, type SecurityLog } from './auth/security-log.ts';
import type { Sessions } from './auth/sessions.ts';
import { createSessions } from './auth/sessions.ts';
import type { Config } from './config.ts';
import type { ChunkIndex } from './db/chunk-index.ts';
import type { Database } from './db/types.ts';
import type { QueryEmbedder } from './embedding.ts';
import { createQueryEmbedder } from './embedding.ts';
import { createHttpPublisher } from './jobs/http-publisher.ts';
import type { JobPublisher } from './jobs/publisher.ts';
import type { Relay } from './jobs/relay.ts';
import { createRelay } from './jobs/relay.ts';
import type { KeyValue } from './kv/key-value.ts';
import { measureKeyValue } from './kv/measured.ts';
import { createLimiter, type Limiter } from './limits/limiter.ts';
import { measureLimiter } from './limits/measured.ts';
import { limitsOf } from './limits/tiers.ts';
import type { Log } from './log.ts';
import type { Mailer } from './mail.ts';
import type { Metrics } from './metrics.ts';
import type { Background, Clock, EndOfTurn, Fetch, Ids, PasswordHasher } from './ports.ts';
import { measureProgress } from './progress/measured.ts';
import type { ProgressTracker } from './progress/tracker.ts';
import { createProgressTracker } from './progress/tracker.ts';

/** What only an entry point can make: clients, the clock, the network. */
export interface Drivers {
  readonly db: Database;
  /** Keyword and vector search over chunks, in the dialect of `db`. */
  readonly chunkIndex: ChunkIndex;
  /** Resolves where the database answers; rejects otherwise. */
  readonly pingDatabase: () => Promise<void>;
  readonly kv: KeyValue;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly fetch: Fetch;
  readonly background: Background;
  readonly endOfTurn?: EndOfTurn;
  /** Whether no request can use what another has opened, subscriptions included, as on Workers. */
  readonly isolatedRequests?: boolean;
  readonly passwords: PasswordHasher;
  /** Null where nothing is configured that could send mail. */
  readonly mailer: Mailer | null;
  /** Fires when the server begins to stop: event streams end on it, or the server would wait for them. */
  readonly shutdown: AbortSignal;
}

export interface Services extends Drivers {
  readonly config: Config;
  readonly limiter: Limiter;
  readonly loginLimits: LoginLimits;
  readonly accessTokens: AccessTokens;
  readonly apiKeys: ApiKeys;
  readonly revocations: Revocations;
  readonly security: SecurityLog;
  readonly sessions: Sessions;
  readonly emailLinks: EmailLinks;
  readonly oauth: OAuthFlow;
  readonly progress: ProgressTracker;
  readonly publisher: JobPublisher;
  readonly relay: Relay;
  readonly queryEmbedder: QueryEmbedder;
}

/** Each part gets the services made before it; an override replaces a part for those made after it, too. */
export function createServices(config: Config, drivers: Drivers, overrides: Partial<Services> = {}): Services {
  const given = { ...drivers, ...overrides };
  const { metrics } = given;
  const base = { ...given, kv: measureKeyValue(given.kv, metrics), config };
  const limiter = measureLimiter(overrides.limiter ?? createLimiter(base), metrics);
  const loginLimits = overrides.loginLimits ?? createLoginLimits({ limiter, limits: limitsOf(config) });
  const accessTokens = overrides.accessTokens ?? createAccessTokens(base);
  const apiKeys = overrides.apiKeys ?? createApiKeys(base);
  const revocations = overrides.revocations ?? createRevocations({ ...base, limiter });
  const security = overrides.security ?? createSecurityLog(base);
  const sessions = overrides.sessions ?? createSessions({ ...base, accessTokens, revocations, security });
  const emailLinks = overrides.emailLinks ?? createEmailLinks({ ...base, sessions, security });
  const oauth = overrides.oauth ?? createOAuthFlow({ ...base, providers: createOAuthProviders(base) });
  const progress = measureProgress(overrides.progress ?? createProgressTracker(base), metrics);
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
