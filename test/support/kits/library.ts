/** A library to test with: real SQLite, a queue that remembers, an embedder that knows only its table of words. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { createContext } from '../../../src/context.ts';
import { AppError } from '../../../src/kernel/core/errors.ts';
import { noMetrics } from '../../../src/kernel/core/metrics.ts';
import { replaceChunkVectors } from '../../../src/kernel/db/chunk-vectors.ts';
import { listChunks, replaceChunks } from '../../../src/kernel/db/chunks.ts';
import { insertStages } from '../../../src/kernel/db/resource-stages.ts';
import { insertResource, type NewResource } from '../../../src/kernel/db/resources.ts';
import { users } from '../../../src/kernel/db/schema.sqlite.ts';
import { createMemoryKeyValue } from '../../../src/kernel/kv/memory.ts';
import type { Actor, Scope } from '../../../src/kernel/model/actor.ts';
import { entitledScopes } from '../../../src/kernel/model/actor.ts';
import type { JobMessage } from '../../../src/kernel/model/job-messages.ts';
import { everyStage, newStages } from '../../../src/kernel/model/stages.ts';
import { createMemoryRateLimitStore } from '../../../src/kernel/rate-limits/memory-store.ts';
import type { QueryEmbedder } from '../../../src/kernel/worker-client/query-embedder.ts';
import type { AppEnv } from '../../../src/routes/env.ts';
import { bodyLimit } from '../../../src/routes/middleware/body-limit.ts';
import { asAppError, problem } from '../../../src/routes/problem.ts';
import { createResourceRoutes } from '../../../src/routes/resources/resources.ts';
import { createSearchRoutes } from '../../../src/routes/search/search.ts';
import type { AppContext } from '../../../src/services/context.ts';
import { countedIds, manualClock, memoryLog, trackedBackground } from '../fakes/doubles.ts';
import { testConfig } from './config.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';

export const MODEL = 'test-3';

export interface FakeEmbedder extends QueryEmbedder {
  away: boolean;
}

/** One dimension per topic; a text is about the topics whose words it holds. */
const TOPICS = [
  ['ice', 'glacier', 'frozen', 'cold'],
  ['bread', 'sourdough', 'baking', 'loaf'],
  ['login', 'password', 'account', 'token'],
] as const;

/** L2-normalised; a text about nothing is the zero vector. */
export function topicVector(text: string): Float32Array {
  const words = text.toLowerCase();
  const counts = TOPICS.map((topic) => topic.filter((word) => words.includes(word)).length);
  const norm = Math.hypot(...counts) || 1;
  return Float32Array.from(counts, (count) => count / norm);
}

function fakeEmbedder(): FakeEmbedder {
  const embedder: FakeEmbedder = {
    away: false,
    embed: async (text) => {
      if (embedder.away) throw new AppError('unavailable', 'The worker is away');
      return { model: MODEL, vector: topicVector(text) };
    },
  };
  return embedder;
}

export interface TestDocument {
  readonly passages: readonly string[];
  readonly fields?: Partial<NewResource>;
}

export async function createTestLibrary(
  options: { annThreshold?: number; overrides?: Partial<AppContext>; database?: TestDatabase } = {},
) {
  const database = options.database ?? (await openTestDatabase());
  const { db } = database;
  const clock = manualClock();
  const ids = countedIds();
  const log = memoryLog();
  const background = trackedBackground();
  const published: JobMessage[] = [];
  const kv = options.overrides?.kv ?? createMemoryKeyValue({ clock });
  const embedder = fakeEmbedder();
  const services = createContext(
    testConfig({ PUBLIC_URL: 'https://pharos.example' }),
    {
      db,
      chunkIndex: database.chunkIndex(options.annThreshold === undefined ? {} : { annThreshold: options.annThreshold }),
      pingDatabase: async () => {},
      kv,
      rateLimitStore: createMemoryRateLimitStore({ clock, kv }),
      log,
      clock,
      metrics: noMetrics,
      ids,
      fetch: async () => {
        throw new TypeError('no network in tests');
      },
      background,
      passwords: { hash: async () => '', verify: async () => false, needsRehash: () => false },
      mailer: null,
      shutdown: new AbortController().signal,
    },
    {
      publisher: {
        lostAfterMs: 30_000,
        publish: async (message) => {
          published.push(message);
        },
      },
      queryEmbedder: embedder,
      ...options.overrides,
    },
  );

  /** A user with a row of their own, as resources need one. */
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
      createdAt: now,
      updatedAt: now,
    });
    return { kind: 'user', userId, username, tier: 'free', scopes, sessionId: null, tokenId: null };
  }

  /** A resource as the five stages leave it: chunks with the test model's vectors, everything completed. */
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
    return id;
  }

  /** The routes of the library alone, with `actor` already recognised. */
  function appOf(actor: Actor) {
    const app = new OpenAPIHono<AppEnv>();
    app.use(async (c, next) => {
      c.set('requestId', 'test-request');
      c.set('actor', actor);
      await next();
    });
    app.use(bodyLimit({}, { isPublic: () => false }));
    app.route('/', createResourceRoutes(services));
    app.route('/', createSearchRoutes(services));
    app.onError((error, c) => {
      const known = asAppError(error);
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
    embedder,
    person,
    addDocument,
    appOf,
    close: async () => {
      await background.settled();
      await database.close();
    },
  };
}

export type TestLibrary = Awaited<ReturnType<typeof createTestLibrary>>;

export const send = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
