/**
 * The tables on SQLite. `schema.postgres.ts` mirrors them; types.ts names the rows.
 * Times are Unix milliseconds, ids are UUIDv7 text, and no column has a default, so code states every value.
 */
import { sql } from 'drizzle-orm';
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import { customType, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { CallbackEvent, DeliveryState } from '../model/callbacks.ts';
import type { ModelState, SettingValue } from '../model/embedding-models.ts';
import type { EdgeEvidence } from '../model/graph.ts';
import type { JobPayload } from '../model/job-kinds.ts';
import type { JobState } from '../model/job-messages.ts';
import type { LibraryChangeKind } from '../model/library-changes.ts';
import type { QualityReport } from '../model/quality.ts';
import type { PendingAuthorization, SessionKind, TokenAudience } from '../model/sessions.ts';
import type { Stage, StageStatus } from '../model/stages.ts';
import type { CategoryScore } from '../model/taxonomy.ts';
import type { TextFormat } from '../model/text-format.ts';
import type { Tier } from '../model/tiers.ts';
import type { IngestedDocument, WebhookKind } from '../model/webhooks.ts';
import { VectorBytes } from './vector-bytes.ts';

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array | ArrayBuffer }>({
  dataType: () => 'blob',
  fromDriver: (value) => (value instanceof Uint8Array ? value : new Uint8Array(value)),
});
/** Vectors of float32 numbers, distinguishable from other bytes because PostgreSQL stores them as numbers. */
const vector = customType<{ data: Uint8Array; driverData: Uint8Array | ArrayBuffer }>({
  dataType: () => 'blob',
  // The bytes of an ArrayBuffer are not copied.
  fromDriver: (value) => new VectorBytes(value as ArrayBuffer),
});
const json = <T>(name: string) => text(name, { mode: 'json' }).$type<T>();
const bool = (name: string) => integer(name, { mode: 'boolean' });

export const users = sqliteTable(
  'users',
  {
    id: text('id').primaryKey(),
    username: text('username').notNull(),
    /** As `usernameKey` makes it, in older rows as `nameKey` does: the form that uniqueness and login compare. */
    usernameKey: text('username_key').notNull(),
    email: text('email').notNull(),
    emailKey: text('email_key').notNull(),
    /** PHC string; null for an account that only logs in through a provider. */
    passwordHash: text('password_hash'),
    tier: text('tier').$type<Tier>().notNull(),
    active: bool('active').notNull(),
    emailVerifiedAt: integer('email_verified_at'),
    /** Rises with a new password, a reset, a deactivation and a downgrade. Sessions of an earlier epoch are over. */
    credentialsEpoch: integer('credentials_epoch').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [uniqueIndex('users_username_key').on(t.usernameKey), uniqueIndex('users_email_key').on(t.emailKey)],
);

/** Apps that registered themselves, so that users can connect them (RFC 7591). They hold no secret. */
export const oauthClients = sqliteTable(
  'oauth_clients',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    redirectUris: json<string[]>('redirect_uris').notNull(),
    createdAt: integer('created_at').notNull(),
    /** When a user last connected the app; null: no user ever did, and the row goes after a day. */
    grantedAt: integer('granted_at'),
  },
  (t) => [index('oauth_clients_created').on(t.createdAt)],
);

export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** `interactive`: a login of the user with full scopes, which may do account operations. */
    kind: text('kind').$type<SessionKind>().notNull(),
    /** When the user last proved to be there, by password or provider; null for a login before this was recorded. */
    authenticatedAt: integer('authenticated_at'),
    /** The user's epoch at the login. */
    credentialsEpoch: integer('credentials_epoch').notNull(),
    /** The generation of the live refresh token; its MAC is derived, never stored. */
    generation: integer('generation').notNull(),
    scopes: json<string[]>('scopes').notNull(),
    createdAt: integer('created_at').notNull(),
    /** When `generation` last grew; the grace period of its parent starts here. */
    rotatedAt: integer('rotated_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    revokedAt: integer('revoked_at'),
    revokedReason: text('revoked_reason'),
    userAgent: text('user_agent'),
    address: text('address'),
    /** The app that a grant is for; null for a login. */
    clientId: text('client_id').references(() => oauthClients.id, { onDelete: 'cascade' }),
    /** What the tokens of a grant are for; null: the API. */
    audience: text('audience').$type<TokenAudience>(),
    /** What the code of a grant is bound to, until it was exchanged for tokens. */
    authorization: json<PendingAuthorization>('authorization_request'),
  },
  (t) => [
    index('sessions_user').on(t.userId),
    index('sessions_expires').on(t.expiresAt),
    index('sessions_client').on(t.clientId),
  ],
);

/** Revoked access tokens (`jti:<id>`) and sessions (`sid:<id>`), kept until the last token they cover has expired. */
export const revocations = sqliteTable(
  'revocations',
  { key: text('key').primaryKey(), expiresAt: integer('expires_at').notNull(), createdAt: integer('created_at').notNull() },
  (t) => [index('revocations_expires').on(t.expiresAt)],
);

export const resources = sqliteTable(
  'resources',
  {
    id: text('id').primaryKey(),
    ownerId: text('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The identity under which a repeated POST finds the resource: `sha256:<hex of the content>` or `url:<normalised URL>`. */
    sourceKey: text('source_key').notNull(),
    /** SHA-256 of the ingested bytes, hex; null before ingestion. */
    contentHash: text('content_hash'),
    url: text('url'),
    contentType: text('content_type'),
    /** The name of the uploaded file. */
    filename: text('filename'),
    title: text('title'),
    /** The title as lists are sorted by it (`model/title-key.ts`); null without one. */
    titleKey: text('title_key'),
    description: text('description'),
    tags: json<string[]>('tags').notNull(),
    metadata: json<Record<string, unknown>>('metadata').notNull(),
    /** Fields that a person has set; ingestion and taxonomy do not overwrite them. */
    edited: json<string[]>('edited').notNull(),
    callbackUrl: text('callback_url'),
    status: text('status').$type<StageStatus>().notNull(),
    errorMessage: text('error_message'),
    run: integer('run').notNull(),
    language: text('language'),
    authors: json<string[]>('authors').notNull(),
    publishedAt: text('published_at'),
    canonicalUrl: text('canonical_url'),
    doi: text('doi'),
    arxivId: text('arxiv_id'),
    text: text('text'),
    /** Null for a text of before November 2026, which is plain. */
    textFormat: text('text_format').$type<TextFormat>(),
    summary: text('summary'),
    keywords: json<string[]>('keywords').notNull(),
    wordCount: integer('word_count'),
    /** 0 to 1; null before the quality stage has run. */
    qualityScore: real('quality_score'),
    quality: json<QualityReport>('quality'),
    category: text('category'),
    categories: json<CategoryScore[]>('categories').notNull(),
    /** PageRank within the owner's library; null before the graph stage has run. */
    centrality: real('centrality'),
    /** Bytes of the stored source, which `putSource` keeps in step; null while there is none. */
    bytes: integer('bytes'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    completedAt: integer('completed_at'),
  },
  (t) => [
    uniqueIndex('resources_owner_source').on(t.ownerId, t.sourceKey),
    index('resources_owner_hash').on(t.ownerId, t.contentHash),
    index('resources_owner_created').on(t.ownerId, t.createdAt, t.id),
    index('resources_owner_bytes').on(t.ownerId, t.bytes),
    // Lists in another order than by age; PostgreSQL and SQLite place nulls differently.
    index('resources_owner_title').on(t.ownerId, sql`coalesce(title_key, '')`, t.id),
    index('resources_owner_quality').on(t.ownerId, sql`coalesce(quality_score, -1)`, t.id),
    // The classifier asks for every document which ones a person has corrected.
    index('resources_edited').on(t.ownerId, t.createdAt, t.id).where(sql`cast(edited as text) <> '[]'`),
  ],
);

/** The bytes that the owner sent or the worker fetched, kept so that every stage can run again. */
export const resourceSources = sqliteTable('resource_sources', {
  resourceId: text('resource_id')
    .primaryKey()
    .references(() => resources.id, { onDelete: 'cascade' }),
  contentType: text('content_type').notNull(),
  filename: text('filename'),
  body: bytes('body').notNull(),
  /** The URL of the bytes after redirects; null for posted content. */
  fetchedUrl: text('fetched_url'),
  createdAt: integer('created_at').notNull(),
});

/** The durable record of progress, read if the key-value store has lost its copy or is down. */
export const resourceStages = sqliteTable(
  'resource_stages',
  {
    resourceId: text('resource_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    stage: text('stage').$type<Stage>().notNull(),
    status: text('status').$type<StageStatus>().notNull(),
    percent: real('percent').notNull(),
    run: integer('run').notNull(),
    attempt: integer('attempt').notNull(),
    message: text('message'),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.resourceId, t.stage] })],
);

export const chunks = sqliteTable(
  'chunks',
  {
    /** A stable integer key, which the keyword and vector indexes need. */
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    id: text('id').notNull(),
    resourceId: text('resource_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    ownerId: text('owner_id').notNull(),
    position: integer('position').notNull(),
    text: text('text').notNull(),
    /** Title and heading path as text, searched and embedded together with `text`. */
    context: text('context').notNull(),
    headingPath: json<string[]>('heading_path').notNull(),
    charStart: integer('char_start').notNull(),
    charEnd: integer('char_end').notNull(),
    pageStart: integer('page_start'),
    pageEnd: integer('page_end'),
    wordCount: integer('word_count').notNull(),
  },
  (t) => [
    uniqueIndex('chunks_id').on(t.id),
    uniqueIndex('chunks_resource_position').on(t.resourceId, t.position),
    index('chunks_owner').on(t.ownerId),
  ],
);

/** One vector per chunk and model: float32 little-endian, L2-normalised. */
export const chunkVectors = sqliteTable(
  'chunk_vectors',
  {
    chunkSeq: integer('chunk_seq')
      .notNull()
      .references(() => chunks.seq, { onDelete: 'cascade' }),
    model: text('model').notNull(),
    ownerId: text('owner_id').notNull(),
    embedding: vector('embedding').notNull(),
  },
  (t) => [primaryKey({ columns: [t.chunkSeq, t.model] }), index('chunk_vectors_owner').on(t.ownerId, t.model, t.chunkSeq)],
);

/** One vector per resource and model: the normalised mean of its chunks' vectors. */
export const resourceVectors = sqliteTable(
  'resource_vectors',
  {
    resourceId: text('resource_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    model: text('model').notNull(),
    ownerId: text('owner_id').notNull(),
    embedding: vector('embedding').notNull(),
  },
  (t) => [primaryKey({ columns: [t.resourceId, t.model] }), index('resource_vectors_owner').on(t.ownerId, t.model)],
);

/** How often what a search of an owner's library sees has changed. The row is the lock that puts changes in order. */
export const libraries = sqliteTable('libraries', {
  ownerId: text('owner_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** The version of the last row in `library_changes`. */
  version: integer('version').notNull(),
});

/** What has changed since a version of a library, for indexes that are derived from it. The oldest rows are deleted in time. */
export const libraryChanges = sqliteTable(
  'library_changes',
  {
    ownerId: text('owner_id')
      .notNull()
      .references(() => libraries.ownerId, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    /** Random: tells the history of this database from that of a restored or copied one. */
    id: text('id').notNull(),
    /** Without a reference, because a deletion names a resource that is gone; null for `rebuild`. */
    resourceId: text('resource_id'),
    kind: text('kind').$type<LibraryChangeKind>().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.ownerId, t.version] })],
);

/** Models of embeddings that have vectors here, or will have them. */
export const embeddingModels = sqliteTable(
  'embedding_models',
  {
    /** Stored with each vector. */
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    state: text('state').$type<ModelState>().notNull(),
    /** Null until it is known. */
    dimensions: integer('dimensions'),
    /** ISO 639-1 codes, `*` for all; null if they are unknown. */
    languages: json<readonly string[]>('languages'),
    /** Where a start or a command found its folder last; null for a model of before this was noted. */
    path: text('path'),
    /** How its vectors are made, beyond what the id says; null until a worker has loaded it. */
    fingerprint: text('fingerprint'),
    /** When the switch to it was asked for, which happens once every document is embedded; null otherwise. */
    activationRequestedAt: integer('activation_requested_at'),
    createdAt: integer('created_at').notNull(),
    activatedAt: integer('activated_at'),
    retiredAt: integer('retired_at'),
  },
  (t) => [uniqueIndex('embedding_models_active').on(t.state).where(sql`${t.state} = 'active'`)],
);

/** Which resource is embedded by which model: its current chunks are done, or given up with `error`. */
export const resourceEmbeddings = sqliteTable(
  'resource_embeddings',
  {
    resourceId: text('resource_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    model: text('model').notNull(),
    ownerId: text('owner_id').notNull(),
    error: text('error'),
    /** When its edges of similarity by this model were written; null before. */
    relatedAt: integer('related_at'),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.resourceId, t.model] }), index('resource_embeddings_model').on(t.model, t.resourceId)],
);

/** What the service remembers between starts, by name. */
export const settings = sqliteTable('settings', {
  key: text('key').primaryKey(),
  value: json<SettingValue>('value').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

/** Normalised identifiers under which a resource can be cited: `url:...`, `doi:...`, `arxiv:...`. */
export const resourceIdentifiers = sqliteTable(
  'resource_identifiers',
  {
    resourceId: text('resource_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    ownerId: text('owner_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.resourceId, t.key] }), index('resource_identifiers_owner_key').on(t.ownerId, t.key)],
);

/** Outgoing links and citations found in the text, whether or not their target is in the library. */
export const links = sqliteTable(
  'links',
  {
    id: text('id').primaryKey(),
    resourceId: text('resource_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    ownerId: text('owner_id').notNull(),
    /** The identifier of the target, in the form of `resource_identifiers.key`. */
    targetKey: text('target_key').notNull(),
    url: text('url').notNull(),
    anchor: text('anchor').notNull(),
    /** Up to 50 characters on either side. */
    context: text('context').notNull(),
  },
  (t) => [index('links_resource').on(t.resourceId), index('links_owner_target').on(t.ownerId, t.targetKey)],
);

/** Resolved relations between two resources of one owner. */
export const edges = sqliteTable(
  'edges',
  {
    sourceId: text('source_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    targetId: text('target_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<'similar' | 'links' | 'cites'>().notNull(),
    /** The model whose vectors are similar; empty for links and citations. */
    model: text('model').notNull(),
    ownerId: text('owner_id').notNull(),
    weight: real('weight').notNull(),
    evidence: json<EdgeEvidence>('evidence').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.sourceId, t.targetId, t.kind, t.model] }),
    index('edges_target').on(t.targetId),
    index('edges_owner').on(t.ownerId),
  ],
);

export const categories = sqliteTable('categories', {
  id: text('id').primaryKey(),
  parentId: text('parent_id').references((): AnySQLiteColumn => categories.id, { onDelete: 'cascade' }),
  label: text('label').notNull(),
  description: text('description').notNull(),
  keywords: json<string[]>('keywords').notNull(),
  examples: json<string[]>('examples').notNull(),
  position: integer('position').notNull(),
});

/** Jobs: the outbox of the queue, and the workers' leases. */
export const jobs = sqliteTable(
  'jobs',
  {
    id: text('id').primaryKey(),
    kind: text('kind').notNull(),
    ownerId: text('owner_id').notNull(),
    resourceId: text('resource_id').references(() => resources.id, { onDelete: 'cascade' }),
    payload: json<JobPayload>('payload').notNull(),
    state: text('state').$type<JobState>().notNull(),
    attempt: integer('attempt').notNull(),
    /** As `attempt`, without the claims of versions that know no jobs without a resource, which count there and do nothing. Null: 0. */
    begunAttempt: integer('begun_attempt'),
    maxAttempts: integer('max_attempts').notNull(),
    /** The job does not run before this moment: its creation, or later after a failure. */
    availableAt: integer('available_at').notNull(),
    publishedAt: integer('published_at'),
    leaseOwner: text('lease_owner'),
    leaseExpiresAt: integer('lease_expires_at'),
    error: text('error'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    finishedAt: integer('finished_at'),
  },
  (t) => [
    index('jobs_due').on(t.state, t.availableAt),
    index('jobs_owner_state').on(t.ownerId, t.state),
    index('jobs_resource').on(t.resourceId),
  ],
);

/** Responses given under an `Idempotency-Key`, per owner. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    ownerId: text('owner_id').notNull(),
    key: text('key').notNull(),
    /** SHA-256 of the request: the same key with another request is refused. */
    fingerprint: text('fingerprint').notNull(),
    resourceId: text('resource_id').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.ownerId, t.key] }), index('idempotency_keys_expires').on(t.expiresAt)],
);

/** Accounts at login providers, keyed by provider and subject: an e-mail can change hands, a subject cannot. */
export const oauthAccounts = sqliteTable(
  'oauth_accounts',
  {
    provider: text('provider').notNull(),
    subject: text('subject').notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    email: text('email'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.provider, t.subject] }), index('oauth_accounts_user').on(t.userId)],
);

/** Personal API keys: shown once, stored as SHA-256. They are 256 random bits, so no slow hash is needed. */
export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** The first characters of the key, by which a person recognises it. */
    prefix: text('prefix').notNull(),
    hash: text('hash').notNull(),
    scopes: json<string[]>('scopes').notNull(),
    expiresAt: integer('expires_at'),
    lastUsedAt: integer('last_used_at'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [uniqueIndex('api_keys_hash').on(t.hash), index('api_keys_user').on(t.userId)],
);

/** Single-use links sent by e-mail: only the hash is stored, and use deletes the row. */
export const emailTokens = sqliteTable(
  'email_tokens',
  {
    hash: text('hash').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    purpose: text('purpose').$type<'reset' | 'verify' | 'change'>().notNull(),
    /** The address that the link was sent to: it proves nothing about a newer address. With `change` it is the new one. */
    email: text('email').notNull(),
    expiresAt: integer('expires_at').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('email_tokens_user').on(t.userId), index('email_tokens_expires').on(t.expiresAt)],
);

/** Security events of accounts, with origin and reason; never a token, key, code or password. */
export const securityEvents = sqliteTable(
  'security_events',
  {
    id: text('id').primaryKey(),
    event: text('event').notNull(),
    userId: text('user_id'),
    address: text('address'),
    userAgent: text('user_agent'),
    reason: text('reason'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('security_events_user').on(t.userId, t.createdAt), index('security_events_created').on(t.createdAt)],
);

/** The secret that signs an owner's callbacks. The previous one signs, too, until it expires, so that receivers can switch. */
export const callbackSecrets = sqliteTable('callback_secrets', {
  ownerId: text('owner_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** `whsec_` and base64 (Standard Webhooks). Stored in the clear: a signature cannot be made from a hash. */
  secret: text('secret').notNull(),
  previousSecret: text('previous_secret'),
  previousExpiresAt: integer('previous_expires_at'),
  createdAt: integer('created_at').notNull(),
});

/** The outbox of callbacks: written in the transaction that ends the job, and sent until the receiver accepts it. */
export const callbackDeliveries = sqliteTable(
  'callback_deliveries',
  {
    /** Sent as `webhook-id`, the same for every attempt, so that receivers recognise repetitions. */
    id: text('id').primaryKey(),
    ownerId: text('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    resourceId: text('resource_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    event: text('event').$type<CallbackEvent>().notNull(),
    url: text('url').notNull(),
    /** The body as it is signed and sent. */
    payload: text('payload').notNull(),
    state: text('state').$type<DeliveryState>().notNull(),
    attempt: integer('attempt').notNull(),
    /** When the next attempt is due; during an attempt, when it counts as lost. */
    availableAt: integer('available_at').notNull(),
    /** HTTP status of the last response; null without one. */
    responseStatus: integer('response_status'),
    error: text('error'),
    createdAt: integer('created_at').notNull(),
    finishedAt: integer('finished_at'),
  },
  (t) => [
    index('callback_deliveries_due').on(t.state, t.availableAt),
    index('callback_deliveries_owner').on(t.ownerId, t.createdAt, t.id),
    index('callback_deliveries_resource').on(t.resourceId),
  ],
);

/** Endpoints to which other systems send events that start an ingestion for the endpoint's owner. */
export const webhookEndpoints = sqliteTable(
  'webhook_endpoints',
  {
    id: text('id').primaryKey(),
    ownerId: text('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    kind: text('kind').$type<WebhookKind>().notNull(),
    /** Stored in the clear: a signature cannot be verified with a hash. */
    secret: text('secret').notNull(),
    /** Added to every document that arrives at this endpoint. */
    tags: json<readonly string[]>('tags').notNull(),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at'),
  },
  (t) => [index('webhook_endpoints_owner').on(t.ownerId, t.createdAt, t.id)],
);

/** Accepted events: a repeated one gets the same response and has no effect. */
export const webhookEvents = sqliteTable(
  'webhook_events',
  {
    endpointId: text('endpoint_id')
      .notNull()
      .references(() => webhookEndpoints.id, { onDelete: 'cascade' }),
    messageId: text('message_id').notNull(),
    documents: json<readonly IngestedDocument[]>('documents').notNull(),
    receivedAt: integer('received_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.endpointId, t.messageId] }), index('webhook_events_received').on(t.receivedAt)],
);

/** What the API did in a minute, all processes and isolates together. */
export const statistics = sqliteTable(
  'statistics',
  {
    /** Its first millisecond. */
    minute: integer('minute').notNull(),
    requests: integer('requests').notNull(),
    clientErrors: integer('client_errors').notNull(),
    serverErrors: integer('server_errors').notNull(),
    /** Milliseconds. */
    latencySum: integer('latency_sum').notNull(),
    latencyMax: integer('latency_max').notNull(),
    /** Requests by latency in milliseconds, each counted in the first that fits. */
    within10: integer('within_10').notNull(),
    within50: integer('within_50').notNull(),
    within100: integer('within_100').notNull(),
    within250: integer('within_250').notNull(),
    within1000: integer('within_1000').notNull(),
    within5000: integer('within_5000').notNull(),
    slower: integer('slower').notNull(),
    /** The most jobs that waited, and that ran, when they were counted. */
    queued: integer('queued').notNull(),
    running: integer('running').notNull(),
    progressReports: integer('progress_reports').notNull(),
  },
  (t) => [primaryKey({ columns: [t.minute] })],
);
