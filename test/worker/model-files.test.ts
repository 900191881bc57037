/** Files of models that change or move while Pharos runs or between two starts: vectors of two models never mix. */
import { cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isUnchanged, listModelFolders, resolveModel } from '../../src/adapters/model-folder.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { listEmbeddingModels } from '../../src/kernel/db/embedding-models.ts';
import { createEmbedder } from '../../worker-node/embedder/embedder.ts';
import { type FollowedModels, followModels } from '../../worker-node/embedder/followed-models.ts';
import { forkInference } from '../../worker-node/embedder/fork-inference.ts';
import { loadModel, type ModelTuning } from '../../worker-node/embedder/model.ts';
import { modelHealth } from '../../worker-node/roles/model-health.ts';
import { memoryLog } from '../support/fakes/doubles.ts';
import { insertDocument, insertUser, insertVector } from '../support/fixtures/documents.ts';
import { writeTransformerFolder } from '../support/fixtures/transformer-folder.ts';
import { openTestDatabase, type TestDatabase } from '../support/kits/database.ts';

const question = { priority: 'interactive', kind: 'query' } as const;
const TEXT = 'how do glaciers wait for snow';

let database: TestDatabase;
let root: string;
let models: string;
const workers: FollowedModels[] = [];
beforeEach(async () => {
  database = await openTestDatabase();
  root = await mkdtemp(join(tmpdir(), 'pharos-model-files-'));
  models = join(root, 'models');
  await writeTransformerFolder(join(models, 'one'), { shape: { seed: 1 } });
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
  await database.close();
  await rm(root, { recursive: true, force: true });
});

/** A worker as `EMBEDDING_MODEL=model` starts it, with its models read once. */
async function startWorker(model: string, tuning: ModelTuning = {}) {
  const log = memoryLog();
  const target = await resolveModel({ model }, [models]);
  const worker = await followModels({
    ...{ db: database.db, clock, log, target, isUnchanged },
    listFolders: (paths) => listModelFolders([models], paths),
    load: (folder) => loadModel(folder, tuning),
    open: (opened) =>
      createEmbedder({
        ...{ model: opened, log, clock, cacheSize: 0, start: forkInference },
        sleep: (ms, signal) => sleep(ms, undefined, { signal }),
      }),
  });
  workers.push(worker);
  await worker.refresh();
  return { worker, log, target };
}

async function stop(worker: FollowedModels): Promise<void> {
  workers.splice(workers.indexOf(worker), 1);
  await worker.close();
}

async function insertEmbedded(model: string): Promise<void> {
  const document = await insertDocument(database.db, await insertUser(database.db));
  await insertVector(database.db, document, model, [1, 0]);
}

const message = (worker: FollowedModels, id: string) => worker.problems().get(id);
const ask = async (worker: FollowedModels) => (await worker.questions().embed([TEXT], question))[0];

test('model files: a folder that is overwritten is named, the process goes on, and a restart of it is refused until the files are back', async () => {
  const { worker, log, target } = await startWorker('one');
  const before = await ask(worker);
  // A process that has not loaded yet would find the other files.
  await expect.poll(() => worker.state()[0]?.processes.documents.status).toBe('ready');
  await cp(join(models, 'one'), join(root, 'copy'), { recursive: true });
  await writeTransformerFolder(join(models, 'one'), { shape: { seed: 2 } });
  await worker.refresh();
  await worker.refresh();
  expect(message(worker, target.id)).toMatch(/^The graph or the tokenizer in the folder "one" was changed/);
  expect(log.lines.filter(({ message: line }) => line.startsWith('The graph or the tokenizer'))).toHaveLength(1);
  expect(log.lines.find(({ message: line }) => line.startsWith('The graph or'))?.fields.path).toBe(join(models, 'one'));
  expect(await ask(worker)).toEqual(before);

  process.kill(worker.state()[0]?.processes.questions?.pid as number, 'SIGKILL');
  await expect.poll(() => worker.state()[0]?.processes.questions?.status).toBe('failed');
  expect(worker.state()[0]?.processes.questions?.message).toContain('was changed');
  await worker.refresh();
  expect(worker.missing()).toEqual([target.id]);
  expect(() => worker.questions()).toThrow('does not have the active model');
  expect(worker.documents()).toEqual([]);
  expect(modelHealth(worker)).toMatchObject({
    status: 'failed',
    details: { missing_models: [target.id], model_problems: { [target.id]: expect.stringContaining('Restore the files') } },
  });

  await rm(join(models, 'one'), { recursive: true });
  await rename(join(root, 'copy'), join(models, 'one'));
  await worker.refresh();
  expect(worker.missing()).toEqual([]);
  expect(worker.problems().size).toBe(0);
  expect(await ask(worker)).toEqual(before);
});

test('model files: files that change between the start and the load are refused', async () => {
  const target = await resolveModel({ model: 'one' }, [models]);
  const model = await loadModel(target);
  await writeTransformerFolder(join(models, 'one'), { shape: { seed: 2 } });
  await expect(model.verify()).rejects.toThrow(`no longer holds ${target.id}`);
  await rm(join(models, 'one'), { recursive: true });
  await expect(model.verify()).rejects.toThrow('was changed');
});

test('model files: a worker with another prefix or pooling than the vectors have is refused, and names the folder', async () => {
  const { worker, target } = await startWorker('one');
  await insertEmbedded(target.id);
  await stop(worker);
  const [row] = await listEmbeddingModels(database.db);
  expect(row?.fingerprint).toMatch(/^[\da-f]{12}$/);

  await writeFile(join(models, 'one', 'pharos.json'), '{"prefixes": {"query": "", "document": "passage: "}}');
  const changed = await startWorker('one');
  expect(changed.worker.missing()).toEqual([target.id]);
  expect(changed.worker.documents()).toEqual([]);
  expect(() => changed.worker.questions()).toThrow('does not have the active model');
  expect(message(changed.worker, target.id)).toMatch(/^The folder "one" has another pooling or prefix of documents/);
  await changed.worker.refresh();
  expect(changed.log.lines.filter(({ message: line }) => line.startsWith('The folder "one"'))).toHaveLength(1);
  await stop(changed.worker);

  await rm(join(models, 'one', 'pharos.json'));
  await writeTransformerFolder(join(models, 'one'), { shape: { seed: 1 }, pooling: 'cls' });
  expect((await startWorker('one')).worker.missing()).toEqual([target.id]);
  await writeTransformerFolder(join(models, 'one'), { shape: { seed: 1 } });
  expect((await startWorker('one', { documentPrefix: 'passage: ' })).worker.missing()).toEqual([target.id]);
  // The prefix of questions makes no stored vector.
  const restored = await startWorker('one', { queryPrefix: 'query: ' });
  expect(restored.worker.missing()).toEqual([]);
  expect((await listEmbeddingModels(database.db))[0]?.fingerprint).toBe(row?.fingerprint);
});

test('model files: a model without vectors takes over what its folder says', async () => {
  const first = await startWorker('one');
  await stop(first.worker);
  const second = await startWorker('one', { documentPrefix: 'passage: ' });
  expect(second.worker.missing()).toEqual([]);
  expect(second.worker.problems().size).toBe(0);
  // The first kind of worker is the one that is refused then.
  await insertEmbedded(second.target.id);
  expect((await startWorker('one')).worker.missing()).toEqual([second.target.id]);
});

test('model files: a model outside of DATA_DIR stays in use when the next start names another', async () => {
  await writeTransformerFolder(join(root, 'elsewhere'), { shape: { seed: 3 } });
  const outside = await startWorker(join(root, 'elsewhere'));
  const before = await ask(outside.worker);
  await insertEmbedded(outside.target.id);
  await stop(outside.worker);

  const { worker, target } = await startWorker('one');
  expect(worker.missing()).toEqual([]);
  expect(worker.active().model).toBe(outside.target.id);
  expect(worker.documents().map(({ model }) => model)).toEqual([outside.target.id, target.id]);
  expect(await ask(worker)).toEqual(before);
  await stop(worker);

  await rename(join(root, 'elsewhere'), join(root, 'gone'));
  const without = await startWorker('one');
  expect(without.worker.missing()).toEqual([outside.target.id]);
  expect(message(without.worker, outside.target.id)).toMatch(/^No folder here holds elsewhere@.*DATA_DIR\/models/);
  expect(() => without.worker.questions()).toThrow('does not have the active model');
  expect(without.worker.documents().map(({ model }) => model)).toEqual([target.id]);
  // Where it is put back is of no matter.
  await rename(join(root, 'gone'), join(models, 'elsewhere'));
  await without.worker.refresh();
  expect(without.worker.missing()).toEqual([]);
  expect(await ask(without.worker)).toEqual(before);
});
