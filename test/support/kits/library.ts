/** Resources, search and jobs on a test database, with a worker that answers searches by words. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { createContext } from '../../../src/context.ts';
import { AppError } from '../../../src/kernel/core/errors.ts';
import { replaceChunkVectors } from '../../../src/kernel/db/chunk-vectors.ts';
import { listChunks, replaceChunks } from '../../../src/kernel/db/chunks.ts';
import { putResourceEmbedding } from '../../../src/kernel/db/resource-embeddings.ts';
import { insertStages } from '../../../src/kernel/db/resource-stages.ts';
import { insertResource, type NewResource } from '../../../src/kernel/db/resources.ts';
import { users } from '../../../src/kernel/db/schema.sqlite.ts';
import type { Actor, Scope } from '../../../src/kernel/model/actor.ts';
import { entitledScopes } from '../../../src/kernel/model/actor.ts';
import { everyStage, newStages } from '../../../src/kernel/model/stages.ts';
import type { SearchRequest } from '../../../src/kernel/search/search-request.ts';
import type { SearchClient } from '../../../src/kernel/worker-client/search-client.ts';
import type { AppEnv } from '../../../src/routes/env.ts';
import { bodyLimit } from '../../../src/routes/middleware/body-limit.ts';
import { createOperationRoutes } from '../../../src/routes/mount.ts';
import { asAppError, problem } from '../../../src/routes/problem.ts';
import { createResourceRoutes } from '../../../src/routes/resources/resources.ts';
import { OPERATIONS } from '../../../src/routes/table.ts';
import type { AppContext } from '../../../src/services/context.ts';
import { activateModel } from '../../../src/services/models/activate-model.ts';
import { searchInDatabase } from '../../../src/services/search/search-in-database.ts';
import { countedIds } from '../fakes/doubles.ts';
import { testModel } from '../fixtures/documents.ts';
import type { TestDatabase } from './database.ts';
import { createTestServices } from './services.ts';

export const MODEL = 'test-3';

/** A worker that finds what the database finds by words. */
export interface FakeSearch extends SearchClient {
  away: boolean;
  /** What it was asked. */
  readonly requests: SearchRequest[];
}

/** One dimension per topic. A text is about the topics whose words it contains. */
const TOPICS = [
  ['ice', 'glacier', 'frozen', 'cold'],
  ['bread', 'sourdough', 'baking', 'loaf'],
  ['login', 'password', 'account', 'token'],
] as const;

/** L2-normalised. A text without a known word has the zero vector. */
export function topicVector(text: string): Float32Array {
  const words = text.toLowerCase();
  const counts = TOPICS.map((topic) => topic.filter((word) => words.includes(word)).length);
  const norm = Math.hypot(...counts) || 1;
  return Float32Array.from(counts, (count) => count / norm);
}

const NO_FACETS = { category: [], tag: [], language: [], type: [], year: [] };

function fakeSearch(database: () => Parameters<typeof searchInDatabase>[0]): FakeSearch {
  const unlessAway = () => {
    if (search.away) throw new AppError('unavailable', 'The worker is away');
  };
  const search: FakeSearch = {
    away: false,
    requests: [],
    search: async (request) => {
      unlessAway();
      search.requests.push(request);
      const { degraded: _, ...answer } = await searchInDatabase(database(), request);
      return { ...answer, facets: NO_FACETS };
    },
    suggest: async ({ q }) => {
      unlessAway();
      return { titles: [], words: [`${q}ier`] };
    },
    neighbours: async () => {
      unlessAway();
      return { neighbours: [] };
    },
  };
  return search;
}

export interface TestDocument {
  readonly passages: readonly string[];
  readonly fields?: Partial<NewResource>;
}

export async function createTestLibrary(options: { overrides?: Partial<AppContext>; database?: TestDatabase } = {}) {
  const { overrides = {}, database: given } = options;
  const parts = await createTestServices({
    env: { PUBLIC_URL: 'https://pharos.example' },
    database: given,
    kv: overrides.kv,
  });
  const { database, db, clock, log, background, published } = parts;
  const ids = countedIds();
  const search = fakeSearch(() => services);
  const services: AppContext = createContext(
    parts.config,
    {
      ...parts,
      ids,
      chunkIndex: database.chunkIndex(),
      pingDatabase: async () => {},
      mailer: null,
      shutdown: new AbortController().signal,
    },
    { publisher: parts.publisher, searchClient: search, ...overrides },
  );

  await activateModel({ db, clock }, testModel(MODEL));

  /** Inserts a user, which resources refer to, and returns it as an actor. */
  async function person(username: string, scopes: readonly Scope[] = entitledScopes('free')): Promise<Actor> {
    const userId = ids.next();
    const now = clock.now();
    const email = `${username}@example.org`;
    await db.insert(users).values({
      id: userId,
      username,
      usernameKey: username,
      email,
      emailKey: email,
      tier: 'free',
      active: true,
      credentialsEpoch: 0,
      createdAt: now,
      updatedAt: now,
    });
    return { kind: 'user', userId, username, tier: 'free', scopes, sessionId: null, tokenId: null, keyId: null };
  }

  /** Inserts a resource as the five stages leave it: all completed, its chunks with vectors of the test model. */
  async function addDocument(owner: Actor, { passages, fields = {} }: TestDocument): Promise<string> {
    const id = ids.next();
    const ownerId = owner.userId;
    const now = clock.now();
    await insertResource(db, {
      id,
      ownerId,
      sourceKey: `test:${id}`,
      title: passages[0]?.split(' ').slice(0, 3).join(' ') ?? null,
      tags: [],
      metadata: {},
      edited: [],
      status: 'completed',
      run: 1,
      authors: [],
      keywords: [],
      categories: [],
      createdAt: now,
      updatedAt: now,
      completedAt: now,
      ...fields,
    });
    const states = newStages(now);
    await insertStages(
      db,
      id,
      everyStage((stage) => ({ ...states[stage], status: fields.status ?? 'completed' })),
    );
    await replaceChunks(
      db,
      id,
      passages.map((text, position) => ({
        id: ids.next(),
        resourceId: id,
        ownerId,
        position,
        text,
        context: '',
        headingPath: [],
        charStart: 0,
        charEnd: text.length,
        pageStart: null,
        pageEnd: null,
        wordCount: text.split(' ').length,
      })),
    );
    const vectors = (await listChunks(db, id)).map(({ seq, text }) => ({ chunkSeq: seq, embedding: topicVector(text) }));
    await replaceChunkVectors(db, { resourceId: id, ownerId, model: MODEL, vectors });
    await putResourceEmbedding(db, { resourceId: id, ownerId, model: MODEL, error: null, now });
    return id;
  }

  /** The routes of resources and search alone, with `actor` authenticated. */
  function appOf(actor: Actor) {
    const app = new OpenAPIHono<AppEnv>();
    app.use(async (c, next) => {
      c.set('requestId', 'test-request');
      c.set('actor', actor);
      await next();
    });
    app.use(bodyLimit(services, {}));
    app.route('/', createOperationRoutes(services, OPERATIONS));
    app.route('/', createResourceRoutes(services));
    app.onError((error, c) => {
      const known = c.get('bodyFault') ?? asAppError(error);
      if (!known) throw error;
      return problem(c, known);
    });
    return app;
  }

  return {
    services,
    db,
    database,
    clock,
    ids,
    log,
    background,
    published,
    search,
    person,
    addDocument,
    appOf,
    close: parts.close,
  };
}

export type TestLibrary = Awaited<ReturnType<typeof createTestLibrary>>;

export const send = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
