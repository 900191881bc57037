/** What services and routes receive: the adapters of an entry point, and the parts that src/context.ts builds on them. */
import type { AccessTokens } from '../kernel/auth/access-tokens.ts';
import type { AccountNotices } from '../kernel/auth/account-notices.ts';
import type { ApiKeys } from '../kernel/auth/api-keys.ts';
import type { EmailLinks } from '../kernel/auth/email-links.ts';
import type { Grants } from '../kernel/auth/grants.ts';
import type { LoginLimits } from '../kernel/auth/login-limits.ts';
import type { OAuthFlow } from '../kernel/auth/oauth/flow.ts';
import type { Revocations } from '../kernel/auth/revocations.ts';
import type { SecurityLog } from '../kernel/auth/security-log.ts';
import type { Sessions } from '../kernel/auth/sessions.ts';
import type { Config } from '../kernel/config/config.ts';
import type { Log } from '../kernel/core/log.ts';
import type { Mailer } from '../kernel/core/mail.ts';
import type { Metrics } from '../kernel/core/metrics.ts';
import type { Background, Clock, EndOfTurn, Fetch, Ids, PasswordHasher } from '../kernel/core/ports.ts';
import type { ChunkIndex } from '../kernel/db/chunk-index.ts';
import type { Database } from '../kernel/db/types.ts';
import type { JobPublisher } from '../kernel/jobs/publisher.ts';
import type { Relay } from '../kernel/jobs/relay.ts';
import type { KeyValue } from '../kernel/kv/key-value.ts';
import type { StreamTickets } from '../kernel/progress/stream-tickets.ts';
import type { ProgressTracker } from '../kernel/progress/tracker.ts';
import type { Limiter } from '../kernel/rate-limits/limiter.ts';
import type { RateLimitStore } from '../kernel/rate-limits/store.ts';
import type { RateLimitPolicies } from '../kernel/rate-limits/tiers.ts';
import type { EmbeddingsProxy } from '../kernel/worker-client/embeddings-proxy.ts';
import type { PresignedContents } from '../kernel/worker-client/presigned-contents.ts';
import type { PresignedUploads } from '../kernel/worker-client/presigned-uploads.ts';
import type { SearchClient } from '../kernel/worker-client/search-client.ts';
import type { Accounts } from './accounts/accounts.ts';
import type { RequestLimits } from './accounts/request-limits.ts';
import type { Health } from './system/health.ts';
import type { Statistics } from './system/statistics.ts';
import type { WriteHealth } from './system/write-health.ts';

/** What only an entry point can construct: clients, the clock, the network. */
export interface Adapters {
  readonly db: Database;
  /** Keyword and vector search over chunks, in the dialect of `db`. */
  readonly chunkIndex: ChunkIndex;
  /** Resolves if the database responds, rejects otherwise. */
  readonly pingDatabase: () => Promise<void>;
  readonly kv: KeyValue;
  /** Counts rate limits, and reads keys of `kv` in the same round trip. */
  readonly rateLimitStore: RateLimitStore;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly fetch: Fetch;
  /** For questions to the worker that searches, of which there are many. Default: `fetch`. */
  readonly searchFetch?: Fetch;
  readonly background: Background;
  /** Absent: requests to the rate limit store are not combined. */
  readonly endOfTurn?: EndOfTurn;
  /** True on Workers: a request cannot use a connection or a subscription that another request opened. */
  readonly isolatedRequests?: boolean;
  readonly passwords: PasswordHasher;
  /** True until the worker that this process started has been ready once: until then its absence is not logged. */
  readonly isWorkerStarting?: () => boolean;
  /** Null if no way to send mail is configured. */
  readonly mailer: Mailer | null;
  /** Fires when the server begins to stop. Event streams end on it; otherwise the server would wait for them. */
  readonly shutdown: AbortSignal;
}

export interface AppContext extends Adapters {
  readonly config: Config;
  readonly limiter: Limiter;
  readonly rateLimits: RateLimitPolicies;
  readonly requestLimits: RequestLimits;
  readonly loginLimits: LoginLimits;
  readonly accessTokens: AccessTokens;
  readonly apiKeys: ApiKeys;
  readonly revocations: Revocations;
  readonly security: SecurityLog;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly notices: AccountNotices;
  readonly grants: Grants;
  readonly emailLinks: EmailLinks;
  readonly oauth: OAuthFlow;
  readonly progress: ProgressTracker;
  readonly streamTickets: StreamTickets;
  readonly publisher: JobPublisher;
  readonly relay: Relay;
  readonly searchClient: SearchClient;
  readonly embeddingsProxy: EmbeddingsProxy;
  readonly presignedUploads: PresignedUploads;
  readonly presignedContents: PresignedContents;
  readonly statistics: Statistics;
  readonly writeHealth: WriteHealth;
  /** Never rejects; at most one check a second. */
  readonly checkHealth: () => Promise<Health>;
}
