/**
 * Rows of one owner in every table. Values that two owners may share are equal, so that a query without its owner condition
 * finds both owners' rows. Private texts begin with the owner's name.
 */
import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { NO_MODEL } from '../../../src/kernel/db/edges.ts';
import { insertStages } from '../../../src/kernel/db/resource-stages.ts';
import * as schema from '../../../src/kernel/db/schema.sqlite.ts';
import type { Database } from '../../../src/kernel/db/types.ts';
import { toBytes } from '../../../src/kernel/db/vector-bytes.ts';
import { newStages } from '../../../src/kernel/model/stages.ts';

export const NOW = 1_000_000;
export const LATER = NOW + 1_000_000;
/** Values that two owners may share. */
export const SHARED = {
  model: 'a-model',
  hash: 'the-same-hash',
  sourceKey: 'url:https://example.org/same',
  identifier: 'doi:10.1/same',
  cited: 'doi:10.1/cited',
  idempotencyKey: 'the-same-key',
  word: 'glacier',
  vector: Float32Array.from([0.6, 0.8]),
} as const;

export interface Owned {
  readonly name: string;
  readonly userId: string;
  readonly username: string;
  readonly email: string;
  /** Two resources; the first links to the second. */
  readonly resourceIds: readonly [string, string];
  readonly sessionId: string;
  readonly apiKeyId: string;
  readonly endpointId: string;
  readonly deliveryId: string;
  readonly subject: string;
  /** The `seq` of the owner's chunks. */
  readonly seqs: readonly number[];
}

export async function seedOwner(db: Database, name: string): Promise<Owned> {
  const id = (what: string) => `${name}-${what}`;
  const userId = id('user');
  const times = { createdAt: NOW, updatedAt: NOW };
  const [first, second] = [id('first'), id('second')];
  await db.insert(schema.users).values({
    id: userId,
    username: id('username'),
    usernameKey: id('username'),
    email: id('email'),
    emailKey: id('email'),
    passwordHash: id('password'),
    tier: 'free',
    active: true,
    credentialsEpoch: 0,
    ...times,
  });
  const resource = (resourceId: string, sourceKey: string, contentHash: string) => ({
    id: resourceId,
    ownerId: userId,
    sourceKey,
    contentHash,
    title: id('title'),
    text: id('text'),
    tags: ['same'],
    metadata: { note: id('note') },
    edited: ['category'],
    status: 'completed' as const,
    run: 1,
    authors: [],
    keywords: [id('keyword')],
    category: 'same',
    categories: [],
    centrality: 0.5,
    ...times,
  });
  await db
    .insert(schema.resources)
    .values([resource(first, SHARED.sourceKey, SHARED.hash), resource(second, `${SHARED.sourceKey}/2`, `${SHARED.hash}-2`)]);
  for (const resourceId of [first, second]) {
    const owned = { resourceId, ownerId: userId };
    const body = new TextEncoder().encode(id('body'));
    await db
      .insert(schema.resourceSources)
      .values({ resourceId, contentType: 'text/plain', filename: id('file'), body, createdAt: NOW });
    await insertStages(db, resourceId, newStages(NOW));
    const [chunk] = await db
      .insert(schema.chunks)
      .values({
        id: `${resourceId}-chunk`,
        ...owned,
        position: 0,
        text: `${id('text')} of a ${SHARED.word}`,
        context: id('context'),
        headingPath: [],
        charStart: 0,
        charEnd: 1,
        wordCount: 4,
      })
      .returning({ seq: schema.chunks.seq });
    const embedding = toBytes(SHARED.vector);
    const vector = { model: SHARED.model, ownerId: userId, embedding };
    await db.insert(schema.chunkVectors).values({ chunkSeq: chunk?.seq as number, ...vector });
    await db.insert(schema.resourceVectors).values({ resourceId, ...vector });
    await db.insert(schema.resourceEmbeddings).values({ ...owned, model: SHARED.model, updatedAt: NOW });
    await db.insert(schema.resourceIdentifiers).values({ ...owned, key: SHARED.identifier });
    await db.insert(schema.links).values({
      id: `${resourceId}-link`,
      ...owned,
      targetKey: SHARED.cited,
      url: 'https://example.org/cited',
      anchor: id('anchor'),
      context: id('context'),
    });
  }
  await db.insert(schema.libraries).values({ ownerId: userId, version: 3 });
  const change = (version: number, resourceId: string) => ({
    ...{ ownerId: userId, version, id: id(`change-${version}`), resourceId, kind: 'changed' as const, createdAt: NOW },
  });
  // A query returns nothing of it but its time, which tells the owners apart.
  const deletion = { ...change(3, id('gone')), kind: 'deleted' as const, createdAt: NOW + name.charCodeAt(0) };
  await db.insert(schema.libraryChanges).values([change(1, first), change(2, second), deletion]);
  const edge = { sourceId: first, targetId: second, ownerId: userId, weight: 1, evidence: { context: id('context') } };
  await db
    .insert(schema.embeddingModels)
    .values({ id: SHARED.model, name: SHARED.model, state: 'active', createdAt: NOW })
    .onConflictDoNothing();
  await db.insert(schema.edges).values([
    { ...edge, kind: 'cites', model: NO_MODEL, createdAt: NOW },
    { ...edge, kind: 'similar', model: SHARED.model, createdAt: NOW },
  ]);
  const job = (what: string, state: 'queued' | 'running' | 'dead') => ({
    id: id(what),
    kind: 'resource.process' as const,
    ownerId: userId,
    resourceId: first,
    payload: { stages: [], run: 1 },
    state,
    attempt: 0,
    maxAttempts: 6,
    availableAt: NOW,
    error: id('error'),
    ...times,
  });
  await db.insert(schema.jobs).values([job('queued', 'queued'), job('running', 'running'), job('dead', 'dead')]);
  await db.insert(schema.idempotencyKeys).values({
    ownerId: userId,
    key: SHARED.idempotencyKey,
    fingerprint: id('fingerprint'),
    resourceId: first,
    createdAt: NOW,
    expiresAt: LATER,
  });
  await db.insert(schema.oauthClients).values({ id: id('client'), name: id('app'), redirectUris: [id('uri')], createdAt: NOW });
  await db.insert(schema.sessions).values({
    id: id('grant'),
    userId,
    kind: 'grant',
    credentialsEpoch: 0,
    generation: 1,
    scopes: ['search'],
    createdAt: NOW,
    rotatedAt: NOW,
    expiresAt: LATER,
    clientId: id('client'),
  });
  await db.insert(schema.sessions).values({
    id: id('session'),
    userId,
    kind: 'interactive',
    credentialsEpoch: 0,
    generation: 1,
    scopes: [],
    createdAt: NOW,
    rotatedAt: NOW,
    expiresAt: LATER,
    userAgent: id('agent'),
  });
  await db
    .insert(schema.apiKeys)
    .values({ id: id('key'), userId, name: id('key'), prefix: id('prefix'), hash: id('hash'), scopes: [], createdAt: NOW });
  await db
    .insert(schema.oauthAccounts)
    .values({ provider: 'google', subject: id('subject'), userId, email: id('email'), createdAt: NOW });
  await db
    .insert(schema.emailTokens)
    .values({ hash: id('token'), userId, purpose: 'reset', email: id('email'), expiresAt: LATER, createdAt: NOW });
  await db
    .insert(schema.securityEvents)
    .values({ id: id('event'), event: 'login', userId, reason: id('reason'), createdAt: NOW });
  await db.insert(schema.callbackSecrets).values({ ownerId: userId, secret: id('secret'), createdAt: NOW });
  await db.insert(schema.callbackDeliveries).values({
    id: id('delivery'),
    ownerId: userId,
    resourceId: first,
    event: 'resource.completed',
    url: 'https://example.org/callback',
    payload: id('payload'),
    state: 'failed',
    attempt: 6,
    availableAt: NOW,
    createdAt: NOW,
    finishedAt: NOW,
  });
  await db.insert(schema.webhookEndpoints).values({
    id: id('endpoint'),
    ownerId: userId,
    name: id('endpoint'),
    kind: 'standard',
    secret: id('secret'),
    tags: [],
    createdAt: NOW,
  });
  await db
    .insert(schema.webhookEvents)
    .values({ endpointId: id('endpoint'), messageId: 'the-same-message', documents: [], receivedAt: NOW });
  const chunks = (await db.select().from(schema.chunks)).filter(({ ownerId }) => ownerId === userId);
  return {
    name,
    userId,
    username: id('username'),
    email: id('email'),
    resourceIds: [first, second],
    sessionId: id('session'),
    apiKeyId: id('key'),
    endpointId: id('endpoint'),
    deliveryId: id('delivery'),
    subject: id('subject'),
    seqs: chunks.map(({ seq }) => seq),
  };
}

/** Tables without owners. */
const WITHOUT_OWNER = new Set(['categories', 'statistics', 'revocations', 'embedding_models', 'settings', 'oauth_clients']);

type Row = Readonly<Record<string, unknown>>;

/** Whether a row is the owner's, directly or through its user, resource or endpoint. */
function isOwnedBy(table: string, row: Row, { userId, resourceIds, endpointId }: Owned): boolean {
  if (table === 'users') return row.id === userId;
  if ('ownerId' in row) return row.ownerId === userId;
  if ('userId' in row) return row.userId === userId;
  if ('resourceId' in row) return resourceIds.some((id) => id === row.resourceId);
  if ('endpointId' in row) return row.endpointId === endpointId;
  throw new Error(`no column of ${table} leads to an owner`);
}

const tables = (Object.values(schema) as unknown[]).filter((value): value is SQLiteTable => is(value, SQLiteTable));

/** All rows of the owner as JSON, sorted, by table. */
export async function dump(db: Database, owned: Owned): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const table of tables) {
    const name = getTableName(table);
    if (WITHOUT_OWNER.has(name)) continue;
    const rows: Row[] = await db.select().from(table);
    all[name] = rows
      .filter((row) => isOwnedBy(name, row, owned))
      .map((row) => JSON.stringify(row))
      .toSorted();
  }
  return all;
}
