/**
 * The library's model changes while documents are posted, processed again and deleted and searches run, and API, worker, second
 * worker and inference processes are killed by SIGKILL at random moments.
 *
 * PHAROS_FAULT_ROUNDS: kills (3 by default); a finished change is followed by the next until they are used up.
 * PHAROS_FAULT_SEED: the seed that a run printed. PHAROS_FAULT_LOG: a file for the whole log of a run that failed.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { and, eq, inArray } from 'drizzle-orm';
import { afterEach, expect, test } from 'vitest';
import { listEmbeddingModels } from '../../src/kernel/db/embedding-models.ts';
import {
  chunks,
  chunkVectors,
  edges,
  jobs,
  resourceEmbeddings,
  resourceStages,
  resources,
  resourceVectors,
} from '../../src/kernel/db/schema.sqlite.ts';
import { modelStatuses } from '../../src/services/models/list-models.ts';
import { writeTransformerFolder } from '../support/fixtures/transformer-folder.ts';
import { type Answer, createClient, type SearchAnswer } from '../support/kits/client.ts';
import { runProgram } from '../support/kits/command-line.ts';
import { onPostgres, openTestDatabase, type TestDatabase } from '../support/kits/database.ts';
import { startInstallation, VICTIMS, type Victim } from '../support/kits/installation.ts';

const ROUNDS = Number(process.env.PHAROS_FAULT_ROUNDS ?? 3);
const SEED = Number(process.env.PHAROS_FAULT_SEED ?? Date.now() % 1_000_000);
const TIMEOUT_MS = 120_000 + ROUNDS * 30_000;

/** Documents that stay as they are from before the first change until the end: every answer must have them. */
const STABLE = 30;
/** Documents besides, that are processed again and deleted, and others that are posted in their place. */
const [OTHERS, OTHERS_MAX] = [15, 30];
/** Jobs that may be unfinished when another document is posted or processed again: the load follows the machine. */
const JOBS_AHEAD = 6;
/** The longest pause before a kill. */
const KILL_WITHIN_MS = 2_000;
const PAUSE_MS = 100;
/**
 * Differences of a cosine that arithmetic may make: by how many others are nearer, a document is ranked by its full vector or by
 * one of 8-bit integers, whose cosines differ by .0009 here. Two models differ by a hundred times as much.
 */
const SAME = 5e-3;

const OLD = 'pharos-static-192';

const TOPICS = [
  ['glacier', 'ice', 'snow', 'mountain', 'valley'],
  ['bread', 'dough', 'flour', 'oven', 'baker'],
  ['password', 'account', 'user', 'server', 'email'],
  ['garden', 'flower', 'soil', 'seed', 'spring'],
  ['violin', 'orchestra', 'concert', 'song', 'piano'],
] as const;
/**
 * Sentences of the documents, so that models of random weights find them similar. Every word is in every document of its topic, so
 * that a search by words finds them while the worker is away.
 */
const QUESTIONS = TOPICS.map(
  ([one, two, three, four, five]) =>
    `In year the ${one} and the ${two} were seen near the ${three}, and people said that the ${four} and the ${five} had changed`,
);

function textOf(n: number): string {
  const [one, two, three, four, five] = TOPICS[n % TOPICS.length] ?? TOPICS[0];
  const sentences = Array.from(
    { length: 6 },
    (_, i) =>
      `In year ${1000 + n} the ${one} and the ${two} were seen ${i + 2} times near the ${three}, and people said that the ${four} ` +
      `and the ${five} had changed by ${(n * 7 + i * 3) % 90} percent since the city began to count them.`,
  );
  return `# The ${one} of the year ${1000 + n}\n\n${sentences.join(' ')}`;
}

/** mulberry32 */
function randomFrom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number) => Math.floor(next() * count);
  return { next, below, pick: <T>(list: readonly T[]) => list[below(list.length)] as T };
}

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** The cosines of the stable documents that a question finds. */
type Scores = ReadonlyMap<string, number>;

interface Observed {
  readonly question: string;
  readonly scores: Scores;
  /** Changes that had ended when the question was sent, and when the answer came. */
  readonly from: number;
  readonly until: number;
}

test('model change: under kill -9 and under load nothing is lost or doubled, and every answer is by one model', {
  timeout: TIMEOUT_MS,
}, async () => {
  const random = randomFrom(SEED);
  const deadline = Date.now() + TIMEOUT_MS - 10_000;
  const database = await openTestDatabase();
  open.push(database.close);
  await countSwitches(database);
  const pharos = await startInstallation({
    DATABASE_URL: database.url,
    ...(onPostgres ? { POSTGRES_SSLMODE: 'disable' } : {}),
    EMBEDDING_MODEL: OLD,
    LOG_LEVEL: 'info',
  });
  let failed = true;
  open.push(async () => {
    if (failed) {
      if (process.env.PHAROS_FAULT_LOG) await writeFile(process.env.PHAROS_FAULT_LOG, pharos.logs());
      console.log(`seed ${SEED}\n${interesting(pharos.logs())}`);
      console.log(await unfinishedJobs(database));
      console.log(await modelStatuses(database.db));
    }
    await pharos.stop();
  });
  await pharos.recovered();
  const client = createClient(pharos.url);
  await client.login();

  /** Repeats a call until a server responds to it: the API may be down. */
  async function insist<T>(call: () => Promise<Answer<T>>): Promise<Answer<T>> {
    for (;;) {
      try {
        const answer = await call();
        if (answer.status < 500) return answer;
        refusals.push(`${answer.status} ${JSON.stringify(answer.body)}`);
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
      await sleep(50);
    }
  }
  const refusals: string[] = [];
  const accepted = new Set<string>();
  const others: string[] = [];
  const deleted = new Set<string>();
  let written = 0;
  let unique = 0;

  async function post(): Promise<string> {
    const content = textOf(written++);
    const { status, body } = await insist(() =>
      client.call<{ id: string }>('POST', '/resources', { content, content_type: 'text/markdown' }),
    );
    // 200 where the API died after it had written the document, and before it could say so.
    expect([200, 202], JSON.stringify(body)).toContain(status);
    accepted.add(body.id);
    return body.id;
  }

  const stable = new Set<string>();
  for (let i = 0; i < STABLE; i++) stable.add(await post());
  for (let i = 0; i < OTHERS; i++) others.push(await post());
  await expect.poll(() => unfinishedJobs(database), { timeout: 60_000 }).toEqual([]);

  let broken: unknown;
  const check = () => {
    if (broken) throw broken;
    if (Date.now() > deadline) throw new Error('the time is over');
  };

  let changes = 0;
  let over = false;
  const observed: Observed[] = [];
  const counts = { searches: 0, degraded: 0, unanswered: 0, posted: 0, reprocessed: 0, deleted: 0 };
  /** By change: what each question finds by the model that the change led to; the first is the old default. */
  const baselines: Map<string, Scores>[] = [];

  async function ask(question: string): Promise<{ scores: Scores; degraded: boolean } | undefined> {
    let answer: Answer<SearchAnswer>;
    try {
      answer = await client.search(question, { mode: 'semantic', limit: '100' });
    } catch {
      counts.unanswered += 1;
      return undefined;
    }
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const { hits, degraded = false } = answer.body;
    expect(hits.length, `hits of "${question}"`).toBeGreaterThan(0);
    return {
      scores: new Map(hits.filter((hit) => stable.has(hit.resource_id)).map((hit) => [hit.resource_id, hit.why.meaning])),
      degraded,
    };
  }

  /** Asks every question until the answers differ from `before`: the worker loads the model for questions after the switch. */
  async function measure(before?: Map<string, Scores>): Promise<Map<string, Scores>> {
    const found = new Map<string, Scores>();
    for (const question of QUESTIONS) {
      for (;;) {
        const answer = await ask(question);
        if (answer && !answer.degraded && !isSame(answer.scores, before?.get(question))) {
          found.set(question, answer.scores);
          break;
        }
        check();
        await sleep(100);
        // The API keeps vectors of questions until it sees another model's.
        await client.search(`${question} ${unique++}`, { mode: 'semantic' }).catch(() => undefined);
      }
    }
    return found;
  }
  baselines.push(await measure());

  const searching = (async () => {
    for (let n = 0; !over; n++) {
      const question = QUESTIONS[n % QUESTIONS.length] as string;
      const from = changes;
      const answer = await ask(question);
      if (answer) counts.searches += 1;
      if (answer?.degraded) counts.degraded += 1;
      if (answer && !answer.degraded) observed.push({ question, scores: answer.scores, from, until: changes });
      await sleep(50);
    }
  })();
  const writing = (async () => {
    while (!over) {
      const dice = random.next();
      const index = random.below(others.length);
      const id = others[index] as string;
      if (others.length < 5 || (dice < 0.5 && others.length < OTHERS_MAX)) {
        others.push(await post());
        counts.posted += 1;
      } else if (dice < 0.75) {
        const { status } = await insist(() => client.call('POST', `/resources/${id}/reprocess`, {}));
        expect([202, 409]).toContain(status);
        counts.reprocessed += 1;
      } else {
        others.splice(index, 1);
        deleted.add(id);
        const { status } = await insist(() => client.call('DELETE', `/resources/${id}`));
        // 404 where the API died after it had deleted the document.
        expect([204, 404]).toContain(status);
        counts.deleted += 1;
      }
      do await sleep(PAUSE_MS);
      while (!over && (await unfinishedJobs(database)).length > JOBS_AHEAD);
    }
  })();
  for (const loop of [searching, writing])
    loop.catch((error: unknown) => {
      broken ??= error;
    });
  /** The first change is that of an upgrade: a start with the new default. Later ones are commands. */
  async function requestChange(): Promise<void> {
    if (changes === 0) {
      pharos.configure({ EMBEDDING_MODEL: 'all-MiniLM-L6-v2' });
      await pharos.kill('API', random.below);
      return;
    }
    const name = `tiny-${changes}`;
    await writeTransformerFolder(join(pharos.dataDir, 'models', name), { shape: { seed: SEED + changes } });
    const { code, stderr } = await runProgram(['models', 'activate', name], pharos.settings);
    expect(code, stderr).toBe(0);
  }

  const switched = async () => (await switches(database)).length > changes;
  // Each kind as often as the others, in a random order.
  const bag: Victim[] = [];
  while (bag.length < ROUNDS) {
    const left = [...VICTIMS];
    while (left.length > 0) bag.push(...left.splice(random.below(left.length), 1));
  }
  bag.splice(ROUNDS);
  const killed: string[] = [];
  while (killed.length < ROUNDS) {
    await requestChange();
    while (!(await switched())) {
      check();
      const next = bag[killed.length];
      await sleep(next ? random.below(KILL_WITHIN_MS) : 100);
      if (next) {
        killed.push(`${next} in change ${changes + 1}`);
        await pharos.kill(next, random.below);
        await pharos.recovered();
        await forgetTheDead(database);
      }
    }
    baselines.push(await measure(baselines.at(-1)));
    changes += 1;
  }
  over = true;
  await Promise.all([searching, writing]);
  check();
  await expect.poll(() => unfinishedJobs(database), { timeout: 90_000, interval: 200 }).toEqual([]);

  // Each change happened once, in the order of the requests.
  const models = await listEmbeddingModels(database.db);
  expect(models.filter(({ state }) => state === 'active')).toHaveLength(1);
  expect(models.filter(({ state }) => state === 'building')).toEqual([]);
  const names = ['all-MiniLM-L6-v2', ...Array.from({ length: changes - 1 }, (_, i) => `tiny-${i + 1}`)];
  const nameOf = new Map(models.map(({ id, name }) => [id, name]));
  expect((await switches(database)).map((id) => nameOf.get(id))).toEqual(names);

  // Every document that was accepted is completed or says why not; what was deleted is gone.
  const rows = await database.db.select().from(resources);
  expect(new Set(rows.map(({ id }) => id))).toEqual(new Set([...accepted].filter((id) => !deleted.has(id))));
  const stages = await database.db.select().from(resourceStages);
  const reasons = rows
    .filter(({ status }) => status !== 'completed')
    .map(({ id, status, errorMessage }) => ({ id, status, errorMessage }));
  for (const { id, status, errorMessage } of reasons) {
    expect(status, id).toBe('failed');
    expect(errorMessage, id).toMatch(/\w/);
  }

  // One vector for each chunk by the active model, and everything that follows from vectors; nothing of what was deleted.
  const [active] = models.filter(({ state }) => state === 'active').map(({ id }) => id) as [string];
  const own = await database.db.select({ seq: chunks.seq, resourceId: chunks.resourceId }).from(chunks);
  const done = new Set(
    stages.filter(({ stage, status }) => stage === 'embedding' && status === 'completed').map(({ resourceId }) => resourceId),
  );
  const expected = own.filter(({ resourceId }) => done.has(resourceId)).map(({ seq }) => seq);
  const vectors = await database.db
    .select({ seq: chunkVectors.chunkSeq })
    .from(chunkVectors)
    .where(eq(chunkVectors.model, active));
  expect(vectors.map(({ seq }) => seq).sort()).toEqual(expect.arrayContaining(expected.sort()));
  expect(new Set(vectors.map(({ seq }) => seq)).size).toBe(vectors.length);
  const known = new Set(rows.map(({ id }) => id));
  const seqs = new Set(own.map(({ seq }) => seq));
  const all = await database.db.select({ seq: chunkVectors.chunkSeq }).from(chunkVectors);
  expect(all.filter(({ seq }) => !seqs.has(seq))).toEqual([]);
  expect(own.filter(({ resourceId }) => !known.has(resourceId))).toEqual([]);
  const wholes = await database.db
    .select({ id: resourceVectors.resourceId })
    .from(resourceVectors)
    .where(eq(resourceVectors.model, active));
  expect([...new Set(wholes.map(({ id }) => id))].sort()).toEqual(expect.arrayContaining([...done].sort()));
  const embeddings = await database.db.select().from(resourceEmbeddings).where(eq(resourceEmbeddings.model, active));
  expect(embeddings.map(({ resourceId }) => resourceId).sort()).toEqual(expect.arrayContaining([...done].sort()));
  expect(embeddings.filter(({ error, relatedAt }) => error === null && relatedAt === null)).toEqual([]);
  const related = await database.db
    .select()
    .from(edges)
    .where(and(eq(edges.kind, 'similar'), eq(edges.model, active)));
  expect(related.filter(({ sourceId, targetId }) => !known.has(sourceId) || !known.has(targetId))).toEqual([]);
  const dead = await database.db.select().from(jobs).where(eq(jobs.state, 'dead'));
  expect(dead.filter(({ resourceId }) => resourceId === null || !reasons.some(({ id }) => id === resourceId))).toEqual([]);

  // Every answer has the scores of one model: of the one before the change under way, or of the one after it.
  const mixed = observed.filter(
    ({ question, scores, from, until }) =>
      !baselines.slice(from, until + 2).some((baseline) => isSame(baseline.get(question), scores)),
  );
  const farthest = (scores: Scores, other: Scores) =>
    Math.max(...[...scores].map(([id, score]) => Math.abs(score - (other.get(id) ?? Number.POSITIVE_INFINITY))));
  expect(
    mixed.map(({ question, from, until, scores }) => {
      const off = baselines.map((baseline) => farthest(scores, baseline.get(question) ?? new Map()));
      return { question, from, until, off, scores: [...scores] };
    }),
  ).toEqual([]);
  expect(observed.length).toBeGreaterThan(0);
  failed = false;
  console.log(
    `model change: seed ${SEED}; ${changes} changes; killed: ${killed.join(', ')}; ${JSON.stringify(counts)}; ` +
      `${rows.length} documents, ${reasons.length} failed with a reason; responses of 5xx that were repeated: ${refusals.length}`,
  );
  if (refusals.length > 0) console.log([...new Set(refusals)].slice(0, 10).join('\n'));
  if (reasons.length > 0) console.log(reasons);
});

function isSame(one: Scores | undefined, other: Scores | undefined): boolean {
  if (!one || !other || one.size !== other.size) return false;
  return [...one].every(([id, score]) => Math.abs(score - (other.get(id) ?? Number.POSITIVE_INFINITY)) < SAME);
}

/** The lines that tell of faults. */
const interesting = (logs: string) =>
  logs
    .split('\n')
    .filter((line) => /WARN|ERROR|switched|prepared|model of this start|"worker started/.test(line))
    .filter((line) => !line.includes('semantic search is unavailable'))
    .map((line) => line.replace(/"stack":"(?:[^"\\]|\\.)*"/g, '').slice(0, 500))
    .slice(-100)
    .join('\n');

const unfinishedJobs = (database: TestDatabase) =>
  database.db
    .select({
      id: jobs.id,
      kind: jobs.kind,
      state: jobs.state,
      attempt: jobs.attempt,
      payload: jobs.payload,
      error: jobs.error,
      publishedAt: jobs.publishedAt,
      leaseExpiresAt: jobs.leaseExpiresAt,
    })
    .from(jobs)
    .where(inArray(jobs.state, ['queued', 'running']));

/** Ends leases and messages that the dead held, instead of waiting for 30 s and a minute. The living lose theirs as well. */
async function forgetTheDead(database: TestDatabase): Promise<void> {
  await database.execute("update jobs set lease_expires_at = coalesce(published_at, 0) + 1 where state = 'running'");
  await database.execute("update jobs set published_at = null where state = 'queued'");
}

/** Lets the database itself note every switch: of two in quick succession a poll would see one. */
async function countSwitches(database: TestDatabase): Promise<void> {
  const note = 'insert into noted_switches (model) values (new.id)';
  const when = "when (new.state = 'active' and old.state <> 'active')";
  if (onPostgres) {
    await database.execute('create table noted_switches (seq bigserial primary key, model text not null)');
    await database.execute(
      `create function note_switch() returns trigger language plpgsql as $$ begin ${note}; return new; end $$`,
    );
    await database.execute(
      `create trigger note_switch after update on embedding_models for each row ${when} execute function note_switch()`,
    );
  } else {
    await database.execute('create table noted_switches (seq integer primary key autoincrement, model text not null)');
    await database.execute(`create trigger note_switch after update on embedding_models ${when} begin ${note}; end`);
  }
}

/** The models that became active after the first one, in order. */
async function switches(database: TestDatabase): Promise<string[]> {
  const result = await database.execute('select model from noted_switches order by seq');
  const rows = (Array.isArray(result) ? result : (result as { rows: unknown[] }).rows) as { model: string }[];
  return rows.map(({ model }) => model).slice(1);
}
