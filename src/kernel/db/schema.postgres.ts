/**
 * The tables on PostgreSQL: schema.sqlite.ts column by column, which schema-parity.types.ts and a test check. drizzle-kit
 * derives migrations from this file. Queries use the tables of schema.sqlite.ts on both databases (docs/decisions/0007).
 */
import { sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import {
  bigint,
  boolean,
  customType,
  doublePrecision,
  index,
  json as jsonColumn,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
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

/** 64 bits, because times are milliseconds. */
const integer = (name: string) => bigint(name, { mode: 'number' });
const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
/** Numbers instead of SQLite's bytes: PostgreSQL computes with them, and pgvector casts them to vectors. */
const vector = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'real[]' });
/** `json`, unlike `jsonb`, keeps the text as it was written, which queries of both dialects search. */
const json = <T>(name: string) => jsonColumn(name).$type<T>();
/** Compared byte by byte, as SQLite does. */
const binaryText = customType<{ data: string; driverData: string }>({ dataType: () => 'text collate "C"' });
const bool = (name: string) => boolean(name);

export const users = pgTable(
  'users',
  {
    id: text('id').primaryKey(),
    username: text('username').notNull(),
    usernameKey: text('username_key').notNull(),
    email: text('email').notNull(),
    emailKey: text('email_key').notNull(),
    passwordHash: text('password_hash'),
    tier: text('tier').$type<Tier>().notNull(),
    active: bool('active').notNull(),
    emailVerifiedAt: integer('email_verified_at'),
    credentialsEpoch: integer('credentials_epoch').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [uniqueIndex('users_username_key').on(t.usernameKey), uniqueIndex('users_email_key').on(t.emailKey)],
);

export const oauthClients = pgTable(
  'oauth_clients',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    redirectUris: json<string[]>('redirect_uris').notNull(),
    createdAt: integer('created_at').notNull(),
    grantedAt: integer('granted_at'),
  },
  (t) => [index('oauth_clients_created').on(t.createdAt)],
);

export const sessions = pgTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<SessionKind>().notNull(),
    authenticatedAt: integer('authenticated_at'),
    credentialsEpoch: integer('credentials_epoch').notNull(),
    generation: integer('generation').notNull(),
    scopes: json<string[]>('scopes').notNull(),
    createdAt: integer('created_at').notNull(),
    rotatedAt: integer('rotated_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    revokedAt: integer('revoked_at'),
    revokedReason: text('revoked_reason'),
    userAgent: text('user_agent'),
    address: text('address'),
    clientId: text('client_id').references(() => oauthClients.id, { onDelete: 'cascade' }),
    audience: text('audience').$type<TokenAudience>(),
    authorization: json<PendingAuthorization>('authorization_request'),
  },
  (t) => [
    index('sessions_user').on(t.userId),
    index('sessions_expires').on(t.expiresAt),
    index('sessions_client').on(t.clientId),
  ],
);
export const revocations = pgTable(
  'revocations',
  { key: text('key').primaryKey(), expiresAt: integer('expires_at').notNull(), createdAt: integer('created_at').notNull() },
  (t) => [index('revocations_expires').on(t.expiresAt)],
);

export const resources = pgTable(
  'resources',
  {
    id: text('id').primaryKey(),
    ownerId: text('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    sourceKey: text('source_key').notNull(),
    contentHash: text('content_hash'),
    url: text('url'),
    contentType: text('content_type'),
    filename: text('filename'),
    title: text('title'),
    titleKey: binaryText('title_key'),
    description: text('description'),
    tags: json<string[]>('tags').notNull(),
    metadata: json<Record<string, unknown>>('metadata').notNull(),
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
    textFormat: text('text_format').$type<TextFormat>(),
    summary: text('summary'),
    keywords: json<string[]>('keywords').notNull(),
    wordCount: integer('word_count'),
    qualityScore: doublePrecision('quality_score'),
    quality: json<QualityReport>('quality'),
    category: text('category'),
    categories: json<CategoryScore[]>('categories').notNull(),
    centrality: doublePrecision('centrality'),
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
export const resourceSources = pgTable('resource_sources', {
  resourceId: text('resource_id')
    .primaryKey()
    .references(() => resources.id, { onDelete: 'cascade' }),
  contentType: text('content_type').notNull(),
  filename: text('filename'),
  body: bytes('body').notNull(),
  fetchedUrl: text('fetched_url'),
  createdAt: integer('created_at').notNull(),
});
export const resourceStages = pgTable(
  'resource_stages',
  {
    resourceId: text('resource_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    stage: text('stage').$type<Stage>().notNull(),
    status: text('status').$type<StageStatus>().notNull(),
    percent: doublePrecision('percent').notNull(),
    run: integer('run').notNull(),
    attempt: integer('attempt').notNull(),
    message: text('message'),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.resourceId, t.stage] })],
);

export const chunks = pgTable(
  'chunks',
  {
    seq: integer('seq').primaryKey().generatedByDefaultAsIdentity(),
    id: text('id').notNull(),
    resourceId: text('resource_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    ownerId: text('owner_id').notNull(),
    position: integer('position').notNull(),
    text: text('text').notNull(),
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
export const chunkVectors = pgTable(
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
export const resourceVectors = pgTable(
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
export const libraries = pgTable('libraries', {
  ownerId: text('owner_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  version: integer('version').notNull(),
});

export const libraryChanges = pgTable(
  'library_changes',
  {
    ownerId: text('owner_id')
      .notNull()
      .references(() => libraries.ownerId, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    id: text('id').notNull(),
    resourceId: text('resource_id'),
    kind: text('kind').$type<LibraryChangeKind>().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.ownerId, t.version] })],
);

export const embeddingModels = pgTable(
  'embedding_models',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    state: text('state').$type<ModelState>().notNull(),
    dimensions: integer('dimensions'),
    languages: json<readonly string[]>('languages'),
    path: text('path'),
    fingerprint: text('fingerprint'),
    activationRequestedAt: integer('activation_requested_at'),
    createdAt: integer('created_at').notNull(),
    activatedAt: integer('activated_at'),
    retiredAt: integer('retired_at'),
  },
  (t) => [uniqueIndex('embedding_models_active').on(t.state).where(sql`${t.state} = 'active'`)],
);

export const resourceEmbeddings = pgTable(
  'resource_embeddings',
  {
    resourceId: text('resource_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    model: text('model').notNull(),
    ownerId: text('owner_id').notNull(),
    error: text('error'),
    relatedAt: integer('related_at'),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.resourceId, t.model] }), index('resource_embeddings_model').on(t.model, t.resourceId)],
);

export const settings = pgTable('settings', {
  key: text('key').primaryKey(),
  value: json<SettingValue>('value').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const resourceIdentifiers = pgTable(
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
export const links = pgTable(
  'links',
  {
    id: text('id').primaryKey(),
    resourceId: text('resource_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    ownerId: text('owner_id').notNull(),
    targetKey: text('target_key').notNull(),
    url: text('url').notNull(),
    anchor: text('anchor').notNull(),
    context: text('context').notNull(),
  },
  (t) => [index('links_resource').on(t.resourceId), index('links_owner_target').on(t.ownerId, t.targetKey)],
);
export const edges = pgTable(
  'edges',
  {
    sourceId: text('source_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    targetId: text('target_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<'similar' | 'links' | 'cites'>().notNull(),
    model: text('model').notNull(),
    ownerId: text('owner_id').notNull(),
    weight: doublePrecision('weight').notNull(),
    evidence: json<EdgeEvidence>('evidence').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.sourceId, t.targetId, t.kind, t.model] }),
    index('edges_target').on(t.targetId),
    index('edges_owner').on(t.ownerId),
  ],
);

export const categories = pgTable('categories', {
  id: text('id').primaryKey(),
  parentId: text('parent_id').references((): AnyPgColumn => categories.id, { onDelete: 'cascade' }),
  label: text('label').notNull(),
  description: text('description').notNull(),
  keywords: json<string[]>('keywords').notNull(),
  examples: json<string[]>('examples').notNull(),
  position: integer('position').notNull(),
});
export const jobs = pgTable(
  'jobs',
  {
    id: text('id').primaryKey(),
    kind: text('kind').notNull(),
    ownerId: text('owner_id').notNull(),
    resourceId: text('resource_id').references(() => resources.id, { onDelete: 'cascade' }),
    payload: json<JobPayload>('payload').notNull(),
    state: text('state').$type<JobState>().notNull(),
    attempt: integer('attempt').notNull(),
    begunAttempt: integer('begun_attempt'),
    maxAttempts: integer('max_attempts').notNull(),
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
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    ownerId: text('owner_id').notNull(),
    key: text('key').notNull(),
    fingerprint: text('fingerprint').notNull(),
    resourceId: text('resource_id').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.ownerId, t.key] }), index('idempotency_keys_expires').on(t.expiresAt)],
);
export const oauthAccounts = pgTable(
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
export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    prefix: text('prefix').notNull(),
    hash: text('hash').notNull(),
    scopes: json<string[]>('scopes').notNull(),
    expiresAt: integer('expires_at'),
    lastUsedAt: integer('last_used_at'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [uniqueIndex('api_keys_hash').on(t.hash), index('api_keys_user').on(t.userId)],
);
export const emailTokens = pgTable(
  'email_tokens',
  {
    hash: text('hash').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    purpose: text('purpose').$type<'reset' | 'verify' | 'change'>().notNull(),
    email: text('email').notNull(),
    expiresAt: integer('expires_at').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('email_tokens_user').on(t.userId), index('email_tokens_expires').on(t.expiresAt)],
);
export const securityEvents = pgTable(
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
export const callbackSecrets = pgTable('callback_secrets', {
  ownerId: text('owner_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  secret: text('secret').notNull(),
  previousSecret: text('previous_secret'),
  previousExpiresAt: integer('previous_expires_at'),
  createdAt: integer('created_at').notNull(),
});
export const callbackDeliveries = pgTable(
  'callback_deliveries',
  {
    id: text('id').primaryKey(),
    ownerId: text('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    resourceId: text('resource_id')
      .notNull()
      .references(() => resources.id, { onDelete: 'cascade' }),
    event: text('event').$type<CallbackEvent>().notNull(),
    url: text('url').notNull(),
    payload: text('payload').notNull(),
    state: text('state').$type<DeliveryState>().notNull(),
    attempt: integer('attempt').notNull(),
    availableAt: integer('available_at').notNull(),
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
export const webhookEndpoints = pgTable(
  'webhook_endpoints',
  {
    id: text('id').primaryKey(),
    ownerId: text('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    kind: text('kind').$type<WebhookKind>().notNull(),
    secret: text('secret').notNull(),
    tags: json<readonly string[]>('tags').notNull(),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at'),
  },
  (t) => [index('webhook_endpoints_owner').on(t.ownerId, t.createdAt, t.id)],
);
export const webhookEvents = pgTable(
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

export const statistics = pgTable(
  'statistics',
  {
    minute: integer('minute').notNull(),
    requests: integer('requests').notNull(),
    clientErrors: integer('client_errors').notNull(),
    serverErrors: integer('server_errors').notNull(),
    latencySum: integer('latency_sum').notNull(),
    latencyMax: integer('latency_max').notNull(),
    within10: integer('within_10').notNull(),
    within50: integer('within_50').notNull(),
    within100: integer('within_100').notNull(),
    within250: integer('within_250').notNull(),
    within1000: integer('within_1000').notNull(),
    within5000: integer('within_5000').notNull(),
    slower: integer('slower').notNull(),
    queued: integer('queued').notNull(),
    running: integer('running').notNull(),
    progressReports: integer('progress_reports').notNull(),
  },
  (t) => [primaryKey({ columns: [t.minute] })],
);
