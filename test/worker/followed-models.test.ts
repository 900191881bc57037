/** The models of a worker as the database changes: which processes it has, and which model answers questions. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isUnchanged, listModelFolders, type ModelFolder, resolveModel } from '../../src/adapters/model-folder.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { listEmbeddingModels, updateEmbeddingModel } from '../../src/kernel/db/embedding-models.ts';
import { embeddingModels } from '../../src/kernel/db/schema.sqlite.ts';
import { RETIRED_KEPT_MS } from '../../src/kernel/model/embedding-models.ts';
import { activateModel } from '../../src/services/models/activate-model.ts';
import { addModel } from '../../src/services/models/add-model.ts';
import { retireModel } from '../../src/services/models/retire-model.ts';
import { switchWhenComplete } from '../../src/services/models/switch-when-complete.ts';
import { createEmbedder, type Embedder, type EmbedderState } from '../../worker-node/embedder/embedder.ts';
import { type FollowedModels, followModels, type ModelUse } from '../../worker-node/embedder/followed-models.ts';
import { forkInBackground, forkInference } from '../../worker-node/embedder/fork-inference.ts';
import { loadModel, type Model } from '../../worker-node/embedder/model.ts';
import { manualClock, memoryLog } from '../support/fakes/doubles.ts';
import { tinyDescription } from '../support/fakes/models.ts';
import { writeTransformerFolder } from '../support/fixtures/transformer-folder.ts';
import { openTestDatabase, type TestDatabase } from '../support/kits/database.ts';

const question = { priority: 'interactive', kind: 'query' } as const;
const document = { priority: 'bulk', kind: 'document' } as const;

let database: TestDatabase;
let clock: ReturnType<typeof manualClock>;
let worker: FollowedModels | undefined;
beforeEach(async () => {
  database = await openTestDatabase();
  clock = manualClock();
});
afterEach(async () => {
  await worker?.close();
  worker = undefined;
  await database.close();
});

const folderOf = (name: string, legacyId?: string): ModelFolder => ({
  id: `${name}@0123456789ab`,
  legacyId: legacyId ?? `${name}@0123456789ab`,
  name,
  path: `/models/${name}`,
  onnx: `/models/${name}/model.onnx`,
  manifest: { languages: ['en'] },
  oneTextARun: false,
  kind: 'static',
  vocabulary: `/models/${name}/vocab.txt`,
});
const [A, B, C] = [folderOf('a'), folderOf('b'), folderOf('c')];
const known = (folder: ModelFolder) => ({ ...folder, languages: folder.manifest.languages });

/** Processes as the worker opens and closes them. A process is ready at once, or when the test says so. */
function fakeProcesses({ slow = [] as readonly string[] } = {}) {
  const running = new Set<string>();
  const loading = new Map<string, PromiseWithResolvers<void>>();
  /** Processes that answer when the promise resolves. */
  const held = new Map<string, Promise<void>>();
  const log: string[] = [];
  const open = (model: Model, use: ModelUse): Embedder => {
    const name = `${model.id.split('@')[0]} ${use}`;
    if (running.has(name)) throw new Error(`${name} runs already`);
    running.add(name);
    log.push(`open ${name}`);
    const ready = Promise.withResolvers<void>();
    let status: EmbedderState['status'] = slow.includes(name) ? 'loading' : 'ready';
    if (status === 'ready') ready.resolve();
    else loading.set(name, ready);
    void ready.promise.then(() => {
      status = 'ready';
    });
    const dimensions = () => (status === 'ready' ? 3 : 0);
    return {
      model: model.id,
      description: tinyDescription,
      get dimensions() {
        return dimensions();
      },
      embed: async (texts) => {
        await ready.promise;
        await held.get(name);
        if (!running.has(name)) throw new Error(`${name} was closed`);
        return texts.map(() => Float32Array.of(1, 0, 0));
      },
      tokenise: async () => [],
      state: () => ({
        status,
        model: model.id,
        dimensions: dimensions(),
        crashes: 0,
        waiting: { interactive: 0, bulk: 0, background: 0 },
      }),
      close: async () => {
        if (running.delete(name)) log.push(`close ${name}`);
      },
    };
  };
  return {
    open,
    log,
    hold: (name: string, until: Promise<void>) => held.set(name, until),
    running: () => [...running].toSorted(),
    finishLoading: (name: string) => loading.get(name)?.resolve(),
  };
}

async function start(
  { target = A, here = [A, B], slow = [] as readonly string[], broken = [] as string[] } = {},
  db = database.db,
) {
  const processes = fakeProcesses({ slow });
  const log = memoryLog();
  let listed = 0;
  const models = await followModels({
    db,
    clock,
    log,
    target,
    listFolders: async () => {
      listed += 1;
      return here;
    },
    isUnchanged: async () => true,
    load: async (folder) => {
      if (broken.includes(folder.id)) throw new Error('tokenizer.json cannot be read as JSON');
      return { id: folder.id } as Model;
    },
    open: processes.open,
  });
  worker = models;
  return { models, processes, log, broken, listed: () => listed };
}

/** What a finished embed job leaves: the switch is due. */
const completeSwitch = () => switchWhenComplete(database.db, clock.now());
const idsOf = (embedders: readonly Embedder[]) => embedders.map(({ model }) => model);
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('models of a worker', () => {
  test('models: the target loads in two processes before the database is read, and nothing is answered until then', async () => {
    const { models, processes } = await start();
    expect(processes.running()).toEqual(['a documents', 'a questions']);
    expect(() => models.active()).toThrow('not known yet');
    expect(() => models.questions()).toThrow('not known yet');
    expect(models.documents()).toEqual([]);
    await models.refresh();
    expect([models.active().model, models.questions().model]).toEqual([A.id, A.id]);
    expect(models.questions()).not.toBe(models.active());
    expect(await listEmbeddingModels(database.db)).toMatchObject([
      { id: A.id, state: 'active', dimensions: 3, languages: ['en'] },
    ]);
    expect(processes.log).toEqual(['open a documents', 'open a questions']);
  });

  test('models: a model of a version without digests goes on under its id of then', async () => {
    const old = folderOf('old', 'old');
    await addModel({ db: database.db, clock }, { id: 'old', legacyId: 'old', name: 'old', languages: null });
    await updateEmbeddingModel(database.db, 'old', { state: 'active' });
    const { models } = await start({ target: old, here: [old] });
    await models.refresh();
    expect([models.active().model, models.questions().model]).toEqual(['old', 'old']);
    expect(models.byId('old')?.dimensions).toBe(3);
    expect(models.byId(old.id)).toBeUndefined();
    expect(models.state()).toMatchObject([{ id: 'old', state: 'active' }]);
  });

  test('models: a model that is added gets a process for documents; one that is retired loses it', async () => {
    const { models, processes } = await start();
    await models.refresh();
    await addModel({ db: database.db, clock }, known(B));
    await models.refresh();
    expect(idsOf(models.documents())).toEqual([A.id, B.id]);
    expect(processes.running()).toEqual(['a documents', 'a questions', 'b documents']);
    expect(models.state().map(({ id, state, processes }) => [id, state, 'questions' in processes])).toEqual([
      [A.id, 'active', true],
      [B.id, 'building', false],
    ]);
    await retireModel({ db: database.db, clock }, B.id);
    await models.refresh();
    expect(idsOf(models.documents())).toEqual([A.id]);
    expect(processes.running()).toEqual(['a documents', 'a questions']);
    // It may be added again.
    await addModel({ db: database.db, clock }, known(B));
    await models.refresh();
    expect(idsOf(models.documents())).toEqual([A.id, B.id]);
  });

  test('models: after a switch the model before answers questions until the active one is ready, without a gap', async () => {
    const { models, processes } = await start({ slow: ['b questions'] });
    await models.refresh();
    await activateModel({ db: database.db, clock }, known(B));
    await models.refresh();
    expect(await completeSwitch()).toMatchObject({ step: 'switched', model: B.id });
    await models.refresh();
    expect([models.active().model, models.questions().model]).toEqual([B.id, A.id]);
    expect(processes.running()).toEqual(['a questions', 'b documents', 'b questions']);
    await models.refresh();
    expect(models.questions().model).toBe(A.id);
    processes.finishLoading('b questions');
    await settled();
    await models.refresh();
    expect(models.questions().model).toBe(B.id);
    expect(processes.running()).toEqual(['b documents', 'b questions']);
    const opened = processes.log.filter((line) => line === 'open b questions');
    expect(opened).toHaveLength(1);
  });

  test.each([
    'questions',
    'documents',
  ] as const)('models: a switch fails none of the %s that the model before has begun', async (use) => {
    const { models, processes } = await start();
    await models.refresh();
    const { promise: answered, resolve: answerNow } = Promise.withResolvers<void>();
    processes.hold(`a ${use}`, answered);
    const embedder = use === 'questions' ? models.questions() : models.active();
    const asked = embedder.embed(['how long is the night'], use === 'questions' ? question : document);
    await activateModel({ db: database.db, clock }, known(B));
    await models.refresh();
    await completeSwitch();
    await models.refresh();
    await settled();
    await models.refresh();
    expect([models.active().model, models.questions().model]).toEqual([B.id, B.id]);
    expect(processes.running()).toEqual([`a ${use}`, 'b documents', 'b questions']);
    answerNow();
    // Who was answered may ask for more at once, as after a count of tokens.
    expect(await asked.then(() => embedder.embed(['and the day'], question))).toHaveLength(1);
    await expect.poll(processes.running).toEqual(['b documents', 'b questions']);
  });

  test('models: close ends also a process that still answers', async () => {
    const { models, processes } = await start();
    await models.refresh();
    const { promise: answered, resolve: answerNow } = Promise.withResolvers<void>();
    processes.hold('a questions', answered);
    const refused = expect(models.questions().embed(['how long is the night'], question)).rejects.toThrow('was closed');
    await activateModel({ db: database.db, clock }, known(B));
    await completeSwitch();
    await models.refresh();
    await settled();
    await models.refresh();
    expect(processes.running()).toContain('a questions');
    await models.close();
    expect(processes.running()).toEqual([]);
    answerNow();
    await refused;
  });

  test('models: a switch back while the other loads keeps the model that answers', async () => {
    const { models, processes } = await start({ slow: ['b questions'] });
    await models.refresh();
    await activateModel({ db: database.db, clock }, known(B));
    await completeSwitch();
    await models.refresh();
    await activateModel({ db: database.db, clock }, known(A));
    await completeSwitch();
    await models.refresh();
    expect([models.active().model, models.questions().model]).toEqual([A.id, A.id]);
    expect(processes.running()).toEqual(['a documents', 'a questions']);
    processes.finishLoading('b questions');
    await settled();
    await models.refresh();
    expect(models.questions().model).toBe(A.id);
  });

  test('models: once the vectors of the model before are removed, it answers no more', async () => {
    const { models } = await start({ slow: ['b questions'] });
    await models.refresh();
    await activateModel({ db: database.db, clock }, known(B));
    await completeSwitch();
    await models.refresh();
    clock.advance(RETIRED_KEPT_MS);
    await models.refresh();
    // A question now waits for the active model.
    expect(models.questions().model).toBe(B.id);
  });

  test('models: a worker without a building model names it, and embeds for the others', async () => {
    const { models, processes } = await start({ here: [A] });
    await models.refresh();
    await addModel({ db: database.db, clock }, known(C));
    await models.refresh();
    expect(models.missing()).toEqual([C.id]);
    expect(idsOf(models.documents())).toEqual([A.id]);
    expect(processes.running()).toEqual(['a documents', 'a questions']);
  });

  test('models: without the active model the one before answers, documents are unavailable; a folder that arrives is used', async () => {
    const here = [A];
    const { models } = await start({ here });
    await models.refresh();
    await activateModel({ db: database.db, clock }, known(C));
    await completeSwitch();
    await models.refresh();
    expect(models.missing()).toEqual([C.id]);
    expect(() => models.active()).toThrow(`This worker does not have the active model ${C.id}`);
    expect(models.questions().model).toBe(A.id);
    here.push(C);
    await models.refresh();
    expect(models.missing()).toEqual([]);
    expect(models.active().model).toBe(C.id);
    await settled();
    await models.refresh();
    expect(models.questions().model).toBe(C.id);
  });

  test('models: a worker that starts without the active model answers no question', async () => {
    await addModel({ db: database.db, clock }, known(C));
    await updateEmbeddingModel(database.db, C.id, { state: 'active' });
    const { models, processes } = await start({ here: [A] });
    await models.refresh();
    expect(() => models.questions()).toThrow(`This worker does not have the active model ${C.id}`);
    // This start names another model than the active one, which is built.
    expect(idsOf(models.documents())).toEqual([A.id]);
    expect(processes.running()).toEqual(['a documents']);
  });

  test('models: a folder that cannot be loaded is missing, is logged once, and is used when it is mended', async () => {
    const broken = [B.id];
    const { models, log } = await start({ broken });
    await models.refresh();
    await addModel({ db: database.db, clock }, known(B));
    await models.refresh();
    await models.refresh();
    expect(models.missing()).toEqual([B.id]);
    expect(log.lines.filter(({ message }) => message.startsWith('The folder "b" cannot be used'))).toHaveLength(1);
    broken.pop();
    await models.refresh();
    expect(idsOf(models.documents())).toEqual([A.id, B.id]);
  });

  test('models: folders are listed only while a model lacks one', async () => {
    const { models, listed } = await start();
    await models.refresh();
    await models.refresh();
    expect(listed()).toBe(0);
    await addModel({ db: database.db, clock }, known(B));
    await models.refresh();
    await models.refresh();
    expect(listed()).toBe(1);
  });

  test('models: a database that can only be read serves the active model, and the target is noted later', async () => {
    await addModel({ db: database.db, clock }, known(A));
    await updateEmbeddingModel(database.db, A.id, { state: 'active' });
    let readOnly = true;
    const db = new Proxy(database.db, {
      get: (real, name) => {
        if (name === 'transaction' && readOnly) return () => Promise.reject(new Error('attempt to write a readonly database'));
        return Reflect.get(real, name, real);
      },
    });
    const { models } = await start({}, db);
    await expect(models.refresh()).rejects.toThrow('readonly');
    expect([models.active().model, models.questions().model]).toEqual([A.id, A.id]);
    readOnly = false;
    await models.refresh();
    expect(models.active().model).toBe(A.id);
  });

  test('models: an empty database that cannot be written is a failure, and the next refresh starts over', async () => {
    let away = true;
    const db = new Proxy(database.db, {
      get: (real, name) => {
        if (name === 'transaction' && away) return () => Promise.reject(new Error('the database is away'));
        return Reflect.get(real, name, real);
      },
    });
    const { models } = await start({}, db);
    await expect(models.refresh()).rejects.toThrow('the database is away');
    expect(() => models.active()).toThrow('not known yet');
    away = false;
    await models.refresh();
    expect(models.active().model).toBe(A.id);
  });

  test('models: close ends every process, and a refresh under way opens no other', async () => {
    const { models, processes } = await start();
    await models.refresh();
    await addModel({ db: database.db, clock }, known(B));
    const refreshing = models.refresh();
    await models.close();
    await refreshing;
    expect(processes.running()).toEqual([]);
    await models.refresh();
    expect(processes.running()).toEqual([]);
  });
});

test('models: two folders in real processes: equal vectors for questions and documents, and a switch by the database', async () => {
  const models = await mkdtemp(join(tmpdir(), 'pharos-followed-'));
  try {
    await writeTransformerFolder(join(models, 'one'), { shape: { seed: 1 } });
    await writeTransformerFolder(join(models, 'two'), { shape: { seed: 2, hidden: 48 }, int8: true });
    const target = await resolveModel({ model: 'one' }, [models]);
    const other = await resolveModel({ model: 'two', precision: 'int8' }, [models]);
    const followed = await followModels({
      ...{ db: database.db, clock, log: memoryLog(), target },
      listFolders: (paths) => listModelFolders([models], paths),
      isUnchanged,
      load: (folder) => loadModel(folder),
      open: (model, use) =>
        createEmbedder({
          ...{ model, log: memoryLog(), clock: systemClock, cacheSize: 0 },
          start: use === 'questions' ? forkInference : forkInBackground,
          sleep: (ms, signal) => sleep(ms, undefined, { signal }),
        }),
    });
    worker = followed;
    const text = 'how do glaciers wait for snow';
    const both = async () => [
      await followed.questions().embed([text], question),
      await followed.active().embed([text], document),
    ];
    await followed.refresh();
    const [asked, written] = await both();
    expect(asked).toEqual(written);
    expect(asked?.[0]).toHaveLength(32);
    const pids = () => followed.state().flatMap(({ processes }) => [processes.documents.pid, processes.questions?.pid]);
    expect(new Set(pids()).size).toBe(2);

    await activateModel({ db: database.db, clock }, known(other));
    await followed.refresh();
    const [first, second] = followed.documents();
    expect([first?.model, second?.model]).toEqual([target.id, other.id]);
    expect((await second?.embed([text], document))?.[0]).toHaveLength(48);
    await completeSwitch();
    await followed.refresh();
    // Whichever model answers, its id is the one of its vector.
    for (const deadline = Date.now() + 30_000; followed.questions().model !== other.id && Date.now() < deadline; ) {
      const embedder = followed.questions();
      expect((await embedder.embed([text], question))[0]).toHaveLength(embedder.model === target.id ? 32 : 48);
      await followed.refresh();
    }
    const [newAsked, newWritten] = await both();
    expect(newAsked?.[0]).toHaveLength(48);
    expect(newAsked).toEqual(newWritten);
    await followed.refresh();
    expect((await database.db.select().from(embeddingModels)).map(({ id, dimensions }) => [id, dimensions])).toEqual(
      expect.arrayContaining([
        [target.id, 32],
        [other.id, 48],
      ]),
    );
  } finally {
    await worker?.close();
    await rm(models, { recursive: true, force: true });
  }
});
