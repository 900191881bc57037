/** Every query that takes an owner, called with `owner` on the rows of `tools.of`. */
import { deleteSliceOf, markDeleted } from '../../../src/kernel/db/account-deletion.ts';
import { deleteApiKey, insertApiKey, listApiKeys } from '../../../src/kernel/db/api-keys.ts';
import { isBacklogFull } from '../../../src/kernel/db/backlog.ts';
import { findDelivery, insertDelivery, listDeliveries, requeueDelivery } from '../../../src/kernel/db/callback-deliveries.ts';
import { ensureCallbackSecret, findCallbackSecret, rotateCallbackSecret } from '../../../src/kernel/db/callback-secrets.ts';
import type { ChunkIndex } from '../../../src/kernel/db/chunk-index.ts';
import { findChunkVectors, replaceChunkVectors } from '../../../src/kernel/db/chunk-vectors.ts';
import { findChunks, findChunksOfHits, pageOfChunks } from '../../../src/kernel/db/chunks.ts';
import { areCredentialsLive, deleteCredentials } from '../../../src/kernel/db/credentials.ts';
import { listEdgesOf, listOwnerEdges } from '../../../src/kernel/db/edges.ts';
import { deleteEmailTokens, insertEmailToken } from '../../../src/kernel/db/email-tokens.ts';
import {
  deleteIdempotencyKey,
  deleteIdempotencyKeys,
  findIdempotencyKey,
  insertIdempotencyKey,
} from '../../../src/kernel/db/idempotency-keys.ts';
import { insertJob, listJobsOfResource } from '../../../src/kernel/db/jobs.ts';
import {
  appendLibraryChanges,
  findFirstDeletion,
  findLibraryChange,
  readLibraryChanges,
  readLibraryState,
  readLibraryVersion,
} from '../../../src/kernel/db/library-changes.ts';
import { readLibrary, readLibraryDocuments } from '../../../src/kernel/db/library-rows.ts';
import { findLinksTo } from '../../../src/kernel/db/links.ts';
import { nearestResources } from '../../../src/kernel/db/nearest-resources.ts';
import { deleteOAuthAccounts, insertOAuthAccount, listOAuthAccounts } from '../../../src/kernel/db/oauth-accounts.ts';
import { putResourceEmbedding } from '../../../src/kernel/db/resource-embeddings.ts';
import { countFacets, FACETS } from '../../../src/kernel/db/resource-facets.ts';
import { findByIdentifiers, replaceIdentifiers } from '../../../src/kernel/db/resource-identifiers.ts';
import { countResources, listResources, listSorted } from '../../../src/kernel/db/resource-list.ts';
import { replaceResourceVector } from '../../../src/kernel/db/resource-vectors.ts';
import {
  countDocuments,
  deleteResource,
  findByContentHashes,
  findCentralities,
  findDuplicate,
  findResource,
  findResourceExcerpt,
  findResources,
  findResourceWithText,
  findSameContent,
  insertResource,
  listCorrected,
  listReadResources,
  lockResource,
  updateResource,
} from '../../../src/kernel/db/resources.ts';
import { insertSecurityEvent, listSecurityEvents } from '../../../src/kernel/db/security-events.ts';
import {
  confirmSession,
  insertSession,
  liveGrants,
  liveSessions,
  renewSession,
  revokeSessionsOf,
} from '../../../src/kernel/db/sessions.ts';
import type { Database } from '../../../src/kernel/db/types.ts';
import { usageOf } from '../../../src/kernel/db/usage.ts';
import {
  findUser,
  lockUser,
  replacePasswordHash,
  setEmailVerified,
  updateUser,
  writeIfCurrent,
} from '../../../src/kernel/db/users.ts';
import {
  countWebhookEndpoints,
  deleteWebhookEndpoint,
  insertWebhookEndpoint,
  listWebhookEndpoints,
} from '../../../src/kernel/db/webhook-endpoints.ts';
import { LATER, NOW, type Owned, SHARED } from './tenants.ts';

export interface Tools {
  readonly db: Database;
  /** Search by exact scan in one block, and by index or vector by vector. */
  readonly exact: ChunkIndex;
  readonly indexed: ChunkIndex;
  /** The owner whose rows the attempts name. */
  readonly of: Owned;
}

export type Attempt = (tools: Tools, owner: string) => Promise<unknown>;

const { model, hash, sourceKey, identifier, cited, idempotencyKey, word, vector } = SHARED;
const ONE = 1;
const MANY = 100;
const other = Float32Array.from([0.8, 0.6]);

export const TRIED: Readonly<Record<string, Readonly<Record<string, Attempt>>>> = {
  'account-deletion': {
    markDeleted: ({ db }, owner) => markDeleted(db, owner, LATER),
    deleteSliceOf: async ({ db }, owner) => {
      await markDeleted(db, owner, LATER);
      while (await deleteSliceOf(db, owner, { documents: 1, rows: 1 }));
    },
  },
  'api-keys': {
    insertApiKey: ({ db }, userId) =>
      insertApiKey(db, {
        id: 'new',
        userId,
        name: 'new',
        prefix: 'new',
        hash: 'new',
        scopes: [],
        expiresAt: null,
        lastUsedAt: null,
        createdAt: NOW,
      }),
    listApiKeys: ({ db }, owner) => listApiKeys(db, owner),
    deleteApiKey: ({ db, of }, owner) => deleteApiKey(db, owner, of.apiKeyId),
  },
  backlog: {
    isBacklogFull: ({ db }, ownerId) => isBacklogFull(db, ownerId, 3),
  },
  'callback-deliveries': {
    insertDelivery: ({ db, of }, ownerId) =>
      insertDelivery(db, {
        id: 'new',
        ownerId,
        resourceId: of.resourceIds[0],
        event: 'resource.completed',
        url: 'https://example.org/',
        payload: '{}',
        state: 'pending',
        attempt: 0,
        availableAt: NOW,
        responseStatus: null,
        error: null,
        createdAt: NOW,
        finishedAt: null,
      }),
    requeueDelivery: ({ db, of }, ownerId) => requeueDelivery(db, { id: of.deliveryId, ownerId, now: LATER }),
    findDelivery: ({ db, of }, ownerId) => findDelivery(db, { id: of.deliveryId, ownerId }),
    listDeliveries: async ({ db, of }, ownerId) => [
      await listDeliveries(db, { ownerId, limit: MANY }),
      await listDeliveries(db, { ownerId, resourceId: of.resourceIds[0], state: 'failed', limit: MANY }),
      await listDeliveries(db, { ownerId, limit: MANY, before: { createdAt: LATER, id: 'z' } }),
    ],
  },
  'callback-secrets': {
    findCallbackSecret: ({ db }, owner) => findCallbackSecret(db, owner),
    ensureCallbackSecret: ({ db }, owner) => ensureCallbackSecret(db, owner, 'fresh', LATER),
    rotateCallbackSecret: ({ db }, owner) =>
      rotateCallbackSecret(db, owner, { fresh: 'fresh', now: LATER, previousExpiresAt: LATER }),
  },
  'chunk-index': {
    keyword: async ({ exact, of }, ownerId) => [
      await exact.keyword({ text: word }, { ownerId }, MANY),
      await exact.keyword({ text: `${word} ${of.userId}` }, { ownerId, tag: ['same'], category: ['same'] }, MANY),
      await exact.keyword({ text: '', phrases: [word], excluded: ['nothing'], prefix: true }, { ownerId }, MANY),
      await exact.keyword({ text: word }, { ownerId, metadata: { same: ['same'] } }, MANY),
      await exact.keyword({ text: word }, { ownerId, resourceIds: of.resourceIds }, MANY),
    ],
    nearest: async ({ exact, indexed, of }, ownerId) => [
      await exact.nearest(vector, model, { ownerId }, MANY),
      await exact.nearest(vector, model, { ownerId, resourceIds: of.resourceIds }, MANY),
      await indexed.nearest(vector, model, { ownerId }, MANY),
      await indexed.nearest(vector, model, { ownerId }, ONE),
      await indexed.nearest(vector, model, { ownerId, resourceIds: of.resourceIds }, MANY),
    ],
  },
  'chunk-vectors': {
    findChunkVectors: ({ db, of }, ownerId) => findChunkVectors(db, { ownerId, model, seqs: of.seqs }),
    replaceChunkVectors: ({ db, of }, ownerId) =>
      replaceChunkVectors(db, { resourceId: of.resourceIds[0], ownerId, model, vectors: [] }),
  },
  chunks: {
    findChunks: ({ db, of }, owner) => findChunks(db, owner, of.seqs),
    findChunksOfHits: ({ db, of }, owner) => findChunksOfHits(db, owner, of.seqs),
    pageOfChunks: ({ db, of }, ownerId) =>
      pageOfChunks(db, { resourceId: of.resourceIds[0] ?? '', ownerId, after: -1, limit: MANY }),
  },
  credentials: {
    areCredentialsLive: ({ db, of }, userId) =>
      areCredentialsLive(db, { userId, sessionId: of.sessionId, keyId: of.apiKeyId }, NOW),
    deleteCredentials: ({ db }, owner) => deleteCredentials(db, owner),
  },
  edges: {
    listEdgesOf: async ({ db, of }, ownerId) => [
      await listEdgesOf(db, { ownerId, ids: of.resourceIds, limit: MANY }),
      await listEdgesOf(db, { ownerId, ids: of.resourceIds, kind: 'similar', limit: MANY }),
    ],
    listOwnerEdges: ({ db }, owner) => listOwnerEdges(db, owner),
  },
  'email-tokens': {
    insertEmailToken: ({ db, of }, userId) =>
      insertEmailToken(db, { hash: 'new', userId, purpose: 'reset', email: of.email, expiresAt: LATER, createdAt: NOW }),
    deleteEmailTokens: ({ db }, userId) => deleteEmailTokens(db, userId, 'reset'),
  },
  'idempotency-keys': {
    findIdempotencyKey: ({ db }, ownerId) => findIdempotencyKey(db, { ownerId, key: idempotencyKey }),
    insertIdempotencyKey: ({ db }, ownerId) =>
      insertIdempotencyKey(db, {
        ownerId,
        key: 'another',
        fingerprint: 'new',
        resourceId: 'new',
        createdAt: LATER,
        expiresAt: LATER,
      }),
    deleteIdempotencyKey: async ({ db, of }, ownerId) => {
      const stored = await findIdempotencyKey(db, { ownerId: of.userId, key: idempotencyKey });
      if (stored) await deleteIdempotencyKey(db, { ...stored, ownerId });
    },
    deleteIdempotencyKeys: ({ db, of }, ownerId) => deleteIdempotencyKeys(db, { ownerId, resourceId: of.resourceIds[0] }),
  },
  jobs: {
    insertJob: ({ db }, ownerId) => insertJob(db, job('new', ownerId)),
    listJobsOfResource: ({ db, of }, ownerId) =>
      listJobsOfResource(db, { resourceId: of.resourceIds[0] ?? '', ownerId, limit: MANY }),
  },
  'library-changes': {
    appendLibraryChanges: ({ db, of }, ownerId) =>
      appendLibraryChanges(db, ownerId, [{ resourceId: of.resourceIds[0], kind: 'changed' }], LATER),
    readLibraryVersion: ({ db }, ownerId) => readLibraryVersion(db, ownerId),
    readLibraryState: ({ db }, ownerId) => readLibraryState(db, ownerId),
    readLibraryChanges: ({ db }, ownerId) => readLibraryChanges(db, ownerId, { after: 0, limit: MANY }),
    findFirstDeletion: ({ db }, ownerId) => findFirstDeletion(db, ownerId, { after: 0 }),
    findLibraryChange: ({ db }, ownerId) => findLibraryChange(db, ownerId, 2),
  },
  'library-rows': {
    readLibrary: async ({ db }, ownerId) => {
      const blocks: unknown[] = [];
      for await (const block of readLibrary(db, { ownerId, model })) blocks.push(block);
      return blocks;
    },
    readLibraryDocuments: ({ db, of }, ownerId) => readLibraryDocuments(db, { ownerId, model, ids: of.resourceIds }),
  },
  links: {
    findLinksTo: ({ db }, ownerId) => findLinksTo(db, { ownerId, keys: [cited], limit: MANY }),
  },
  'nearest-resources': {
    nearestResources: ({ db }, ownerId) => nearestResources(db, { ownerId, vector, model, exceptId: 'none', limit: MANY }),
  },
  'oauth-accounts': {
    listOAuthAccounts: ({ db }, owner) => listOAuthAccounts(db, owner),
    deleteOAuthAccounts: ({ db }, owner) => deleteOAuthAccounts(db, owner, 'google'),
    insertOAuthAccount: ({ db }, userId) =>
      insertOAuthAccount(db, { provider: 'google', subject: 'new', userId, email: null, createdAt: NOW }),
  },
  'resource-embeddings': {
    putResourceEmbedding: ({ db, of }, ownerId) =>
      putResourceEmbedding(db, { resourceId: of.resourceIds[0], ownerId, model, error: 'other', now: LATER }),
  },
  'resource-identifiers': {
    replaceIdentifiers: ({ db, of }, ownerId) => replaceIdentifiers(db, { resourceId: of.resourceIds[0], ownerId, keys: [] }),
    findByIdentifiers: ({ db }, owner) => findByIdentifiers(db, owner, [identifier]),
  },
  'resource-vectors': {
    replaceResourceVector: async ({ db, of }, ownerId) => {
      await replaceResourceVector(db, { resourceId: of.resourceIds[0], ownerId, model, embedding: null });
      await replaceResourceVector(db, { resourceId: of.resourceIds[1], ownerId, model, embedding: other });
    },
  },
  'resource-facets': {
    countFacets: async ({ db, of }, ownerId) => {
      const all = await countFacets(db, { ownerId, filter: {}, facets: FACETS });
      const some = await countFacets(db, { ownerId, filter: { text: of.name }, facets: ['category', 'tag'] });
      return [...all, ...some].map(([facet, counts]) => [facet, [...counts]]);
    },
  },
  'resource-list': {
    listResources: async ({ db, of }, ownerId) => [
      await listResources(db, { ownerId, filter: {}, limit: MANY }),
      await listResources(db, { ownerId, filter: { tag: 'same', category: 'same', status: 'completed' }, limit: MANY }),
      await listResources(db, { ownerId, filter: { text: of.name }, limit: MANY }),
      await listResources(db, { ownerId, filter: {}, after: { createdAt: LATER, id: 'z' }, limit: MANY }),
    ],
    countResources: async ({ db, of }, ownerId) => [
      await countResources(db, { ownerId, filter: { tag: 'same', status: 'completed' } }),
      await countResources(db, { ownerId, filter: { text: of.name }, after: { createdAt: LATER, id: 'z' } }),
    ],
    listSorted: async ({ db }, ownerId) => [
      await listSorted(db, { ownerId, filter: {}, sort: 'title', descending: false, limit: MANY }),
      await listSorted(db, { ownerId, filter: {}, sort: 'quality', descending: true, after: { key: 2, id: 'z' }, limit: MANY }),
    ],
  },
  resources: {
    insertResource: ({ db }, ownerId) => insertResource(db, resource('new', ownerId)),
    findResource: ({ db, of }, ownerId) => findResource(db, { ownerId, id: of.resourceIds[0] }),
    findResourceWithText: ({ db, of }, ownerId) => findResourceWithText(db, { ownerId, id: of.resourceIds[0] }),
    findResourceExcerpt: ({ db, of }, ownerId) => findResourceExcerpt(db, { ownerId, id: of.resourceIds[0] }, MANY),
    findDuplicate: ({ db }, ownerId) => findDuplicate(db, { ownerId, sourceKey, contentHash: hash }),
    findByContentHashes: ({ db }, owner) => findByContentHashes(db, owner, [hash]),
    findResources: ({ db, of }, owner) => findResources(db, owner, of.resourceIds),
    updateResource: ({ db, of }, ownerId) => updateResource(db, { ownerId, id: of.resourceIds[0] }, { title: 'changed' }),
    lockResource: ({ db, of }, ownerId) => lockResource(db, { ownerId, id: of.resourceIds[0] as string }),
    deleteResource: ({ db, of }, ownerId) => deleteResource(db, { ownerId, id: of.resourceIds[0] }),
    listCorrected: ({ db }, owner) => listCorrected(db, owner),
    findSameContent: ({ db }, ownerId) => findSameContent(db, { ownerId, contentHash: hash, exceptId: 'none' }),
    countDocuments: ({ db }, owner) => countDocuments(db, owner),
    listReadResources: ({ db }, owner) => listReadResources(db, owner),
    findCentralities: ({ db, of }, owner) => findCentralities(db, owner, of.resourceIds),
  },
  'security-events': {
    insertSecurityEvent: ({ db }, userId) =>
      insertSecurityEvent(db, {
        id: 'new',
        event: 'login',
        userId,
        address: null,
        userAgent: null,
        reason: null,
        createdAt: NOW,
      }),
    listSecurityEvents: async ({ db }, owner) => [
      await listSecurityEvents(db, owner, { limit: MANY }),
      await listSecurityEvents(db, owner, { limit: MANY, before: { createdAt: LATER, id: 'z' } }),
    ],
  },
  sessions: {
    insertSession: ({ db }, userId) =>
      insertSession(db, {
        id: 'new',
        userId,
        kind: 'interactive',
        authenticatedAt: NOW,
        credentialsEpoch: 0,
        generation: 0,
        scopes: [],
        createdAt: NOW,
        rotatedAt: NOW,
        expiresAt: LATER,
        revokedAt: null,
        revokedReason: null,
        userAgent: null,
        address: null,
        clientId: null,
        audience: null,
        authorization: null,
      }),
    liveGrants: ({ db }, owner) => liveGrants(db, owner, NOW),
    liveSessions: ({ db }, owner) => liveSessions(db, owner, NOW),
    revokeSessionsOf: ({ db }, owner) => revokeSessionsOf(db, owner, { keep: null, reason: 'test', now: LATER }),
    renewSession: ({ db, of }, userId) => renewSession(db, { id: of.sessionId, userId }, 1),
    confirmSession: ({ db, of }, userId) => confirmSession(db, { id: of.sessionId, userId, credentialsEpoch: 0 }, NOW),
  },
  usage: {
    usageOf: ({ db }, owner) => usageOf(db, owner),
  },
  users: {
    findUser: ({ db }, id) => findUser(db, id),
    lockUser: ({ db }, id) => lockUser(db, id),
    writeIfCurrent: ({ db }, userId) =>
      writeIfCurrent(db, { userId, credentialsEpoch: 0 }, (tx) => updateUser(tx, userId, { tier: 'premium' }, LATER)),
    replacePasswordHash: ({ db, of }, id) => replacePasswordHash(db, id, { from: `${of.name}-password`, to: 'changed' }, LATER),
    setEmailVerified: ({ db, of }, id) => setEmailVerified(db, id, of.email, LATER),
    updateUser: ({ db }, id) => updateUser(db, id, { tier: 'premium', active: false }, LATER),
  },
  'webhook-endpoints': {
    insertWebhookEndpoint: ({ db }, ownerId) => insertWebhookEndpoint(db, endpoint('new', ownerId)),
    countWebhookEndpoints: ({ db }, owner) => countWebhookEndpoints(db, owner),
    listWebhookEndpoints: ({ db }, owner) => listWebhookEndpoints(db, owner),
    deleteWebhookEndpoint: ({ db, of }, ownerId) => deleteWebhookEndpoint(db, { id: of.endpointId, ownerId }),
  },
};

/** Adds rows so that this owner's counts differ from another owner's with the same seed. */
export async function addMore(db: Database, { name, userId }: Owned): Promise<void> {
  await insertResource(db, resource(`${name}-third`, userId));
  await insertJob(db, job(`${name}-fourth`, userId));
  await insertWebhookEndpoint(db, endpoint(`${name}-other-endpoint`, userId));
}

function resource(id: string, ownerId: string) {
  const lists = { tags: [], edited: [], authors: [], keywords: [], categories: [] };
  const source = { sourceKey: `${sourceKey}/${id}`, contentHash: hash };
  return { id, ownerId, ...source, metadata: {}, status: 'pending' as const, run: 1, ...lists, createdAt: NOW, updatedAt: NOW };
}

function job(id: string, ownerId: string) {
  return {
    id,
    kind: 'resource.process' as const,
    ownerId,
    resourceId: null,
    payload: { stages: [], run: 1 },
    state: 'queued' as const,
    attempt: 0,
    begunAttempt: null,
    maxAttempts: 1,
    availableAt: NOW,
    publishedAt: null,
    leaseOwner: null,
    leaseExpiresAt: null,
    error: null,
    createdAt: NOW,
    updatedAt: NOW,
    finishedAt: null,
  };
}

const endpoint = (id: string, ownerId: string) => ({
  id,
  ownerId,
  name: 'new',
  kind: 'standard' as const,
  secret: 'new',
  tags: [],
  createdAt: NOW,
  lastUsedAt: null,
});
