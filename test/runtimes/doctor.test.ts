/** `pharos doctor` on installations with one fault each. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CHECKS } from '../../cli/doctor/checks.ts';
import { unknownLanguages } from '../../cli/doctor/languages.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { putResourceEmbedding } from '../../src/kernel/db/resource-embeddings.ts';
import { chunks } from '../../src/kernel/db/schema.sqlite.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { activateModel } from '../../src/services/models/activate-model.ts';
import { manualClock, randomIds } from '../support/fakes/doubles.ts';
import { startWebServer } from '../support/fakes/web-server.ts';
import { insertDocument, insertUser, testModel } from '../support/fixtures/documents.ts';
import { runCommand } from '../support/kits/command-line.ts';

let dataDir: string;
let worker: Awaited<ReturnType<typeof startWebServer>>;
let env: Record<string, string>;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pharos-doctor-'));
  worker = await startWebServer();
  health({ status: 'ok' });
  env = { DATA_DIR: dataDir, WORKER_URL: worker.url };
});
afterEach(async () => {
  await worker.close();
  await rm(dataDir, { recursive: true, force: true });
});

const health = (body: unknown) => worker.serve('/health', JSON.stringify(body));
const pharos = (...args: string[]) => runCommand(args, env);
/** The line of each check by its name. */
async function doctor(more: Record<string, string> = {}) {
  Object.assign(env, more);
  const { code, stdout, stderr } = await pharos('doctor');
  const lines = stdout.trimEnd().split('\n');
  const byName = lines.map((line) => {
    const [, status = '', name = '', message = ''] = /^(\w+) +(\w+): (.*)$/.exec(line) ?? [];
    return [name, `${status}: ${message}`] as const;
  });
  return { code, stderr, lines, of: Object.fromEntries(byName) as Record<string, string> };
}
async function inDatabase(work: (db: Database) => Promise<unknown>) {
  await pharos('migrate');
  const database = await openDatabase({ database: { kind: 'sqlite', path: join(dataDir, 'pharos.db') } });
  await work(database.db);
  await database.close();
}
/** Documents with a chunk each, by language. */
async function documents(db: Database, languages: Readonly<Record<string, number>>, model = 'english') {
  const ownerId = await insertUser(db);
  for (const [language, count] of Object.entries(languages)) {
    for (let n = 0; n < count; n++) {
      const { id } = await insertDocument(db, ownerId, { language: language === 'none' ? null : language });
      await db.insert(chunks).values({
        ...{ id: randomIds.next(), resourceId: id, ownerId, position: 0, text: 'ice', context: '', headingPath: [] },
        ...{ charStart: 0, charEnd: 3, wordCount: 1 },
      });
      await putResourceEmbedding(db, { resourceId: id, ownerId, model, error: null, now: 0 });
    }
  }
}
const english = (db: Database, more = {}) =>
  activateModel({ db, clock: manualClock() }, { ...testModel('english'), languages: ['en'], ...more });

describe('pharos doctor', () => {
  test('doctor: a healthy installation has a line of ok for each check, and the exit code 0', async () => {
    await inDatabase(async (db) => {
      await english(db);
      await documents(db, { en: 2 });
    });
    const { code, stderr, lines, of } = await doctor();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines).toHaveLength(CHECKS.length + 1);
    for (const line of lines) expect(line).toMatch(/^ok {7}\w+: /);
    expect(of.models).toBe('ok: english active, 2 of 2 documents');
    expect(of.worker).toContain(worker.url);
  });

  test('doctor: a new installation gets warnings that say what creates what, and nothing is created', async () => {
    const { code, of } = await doctor();
    expect(code).toBe(0);
    expect(of.database).toMatch(/^warning: .*does not exist yet: "npm start" or "pharos migrate" creates it$/);
    expect([of.models, of.languages]).toEqual(Array(2).fill('skipped: the database does not exist yet'));
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('doctor: a wrong setting is named, never its value, and nothing else is checked', async () => {
    const secret = 'a-short-secret';
    const { code, lines, stderr } = await doctor({ JWT_SECRET_KEY: secret, PORT: 'none', ENV: 'prod' });
    expect([code, lines.length]).toEqual([1, 1]);
    expect(lines[0]).toMatch(/^failed {3}configuration: .*JWT_SECRET_KEY.*PORT|^failed {3}configuration: .*PORT.*JWT_SECRET_KEY/);
    expect(lines[0]).not.toContain(secret);
    expect(stderr).toBe('1 of 1 checks failed\n');
  });

  test('doctor: a folder of EMBEDDING_MODEL that is damaged is a failure that names the file', async () => {
    const folder = join(dataDir, 'models', 'mine');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'pharos.json'), '{');
    const { code, of } = await doctor({ EMBEDDING_MODEL: 'mine' });
    expect(code).toBe(1);
    expect(of.folder).toMatch(/^failed: .*pharos\.json: cannot be read as JSON/);
  });

  test('doctor: a worker that is away, is no worker, or has failed is a failure that names the address', async () => {
    health({ status: 'failed' });
    expect((await doctor()).of.worker).toBe(`failed: the worker at ${worker.url} is failed: its log says why`);
    worker.serve('/health', '<html>');
    expect((await doctor()).of.worker).toContain('no worker answers');
    worker.serve('/health', '[]');
    expect((await doctor()).of.worker).toContain('does not respond as a worker does: correct WORKER_URL');
    await worker.close();
    const { code, of } = await doctor();
    expect(code).toBe(1);
    expect(of.worker).toContain(`no worker answers at ${worker.url}/health: start it there, or correct WORKER_URL`);
    worker = await startWebServer();
  });

  test('doctor: a worker that loads, or lacks a folder of a model, is a warning with the remedy', async () => {
    health({ status: 'loading' });
    expect((await doctor()).of.worker).toContain('warning: the worker');
    health({ status: 'ok', models: [{ id: 'a@1', state: 'active', status: 'ready' }], missing_models: ['b@2'] });
    expect((await doctor()).of.worker).toBe(
      'warning: the worker lacks the folder of b@2: pull it there, or copy it into DATA_DIR/models',
    );
    const problem = { 'a@1': 'The folder "a" was changed. Restore the files' };
    health({ status: 'failed', missing_models: ['a@1'], model_problems: problem });
    expect((await doctor()).of.worker).toBe(`failed: the worker at ${worker.url} is failed: ${problem['a@1']}`);
    health({ status: 'ok', missing_models: [], model_problems: problem });
    expect((await doctor()).of.worker).toBe(`warning: the worker at ${worker.url} answers; ${problem['a@1']}`);
    health({ status: 'ok', models: [{ id: 'a@1', state: 'active', status: 'ready' }], missing_models: [], model_problems: {} });
    expect((await doctor()).of.worker).toBe(`ok: ${worker.url} answers, a@1 (ready)`);
  });

  test('doctor: a store or a database server that is away is a failure, and its password is not shown', async () => {
    const { code, of, lines } = await doctor({
      REDIS_URL: 'redis://:hunter2@127.0.0.1:1/0',
      DATABASE_URL: 'postgresql://pharos:hunter2@127.0.0.1:1/pharos',
    });
    expect(code).toBe(1);
    expect(of.store).toMatch(/^failed: REDIS_URL: the store cannot be reached/);
    expect(of.database).toMatch(/^failed: .*127\.0\.0\.1/);
    expect(of.models).toBe('skipped: the database cannot be read');
    expect(lines.join('\n')).not.toContain('hunter2');
  });

  test('doctor: models in the making are shown with their progress, and failed documents are a warning', async () => {
    await inDatabase(async (db) => {
      await english(db);
      await documents(db, { en: 3 });
      await activateModel({ db, clock: manualClock() }, testModel('next'));
    });
    expect((await doctor()).of.models).toBe(
      'ok: english active, 3 of 3 documents; next building, 0 of 3 documents (0 %), becomes active when complete',
    );
    await inDatabase(async (db) => {
      const [row] = await db.select({ resourceId: chunks.resourceId, ownerId: chunks.ownerId }).from(chunks);
      if (row) await putResourceEmbedding(db, { ...row, model: 'english', error: 'broken', now: 0 });
    });
    expect((await doctor()).of.models).toMatch(/^warning: english active, 2 of 3 documents, 1 failed; .*GET \/admin\/models/);
  });

  test('doctor --json: the same checks as JSON, and the exit code is the same', async () => {
    health({ status: 'failed' });
    const { code, stdout } = await pharos('doctor', '--json');
    const { checks } = JSON.parse(stdout) as { checks: { check: string; status: string; message: string }[] };
    expect(checks.map(({ check }) => check)).toEqual(['configuration', ...CHECKS.map(({ name }) => name)]);
    expect(checks.find(({ check }) => check === 'worker')?.status).toBe('failed');
    expect(code).toBe(1);
    const refused = await pharos('doctor', '--json=yes');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('option --json takes no value') });
  });
});

describe('suggestion of a model by languages', () => {
  const suggested =
    'run "pharos models pull intfloat/multilingual-e5-small", then "pharos models activate multilingual-e5-small"';

  test('doctor: over a tenth of the documents in other languages suggest the two commands, exactly a tenth does not', async () => {
    await inDatabase(async (db) => {
      await english(db);
      // Documents of unknown language do not count on either side.
      await documents(db, { en: 9, de: 1, none: 5, unknown: 4 });
    });
    expect((await doctor()).of.languages).toBe('ok: english knows the languages of the documents');
    await inDatabase((db) => documents(db, { 'fr-CA': 1 }));
    const { code, of } = await doctor();
    expect(of.languages).toBe(
      `warning: 18 % of the documents whose language is known are in languages that english does not know (de, fr): ${suggested}`,
    );
    expect(code).toBe(0);
  });

  test('doctor: a model whose languages are unknown suggests nothing', async () => {
    await inDatabase(async (db) => {
      await english(db, { languages: null });
      await documents(db, { de: 5 });
    });
    expect((await doctor()).of.languages).toBe('ok: the languages of english are not known');
  });

  test('doctor: languages that no suggested model knows get no command', async () => {
    await inDatabase(async (db) => {
      await english(db);
      await documents(db, { ty: 5 });
    });
    expect((await doctor()).of.languages).toMatch(/^warning: 100 % .*\(ty\): searches find them by words$/);
  });

  test('doctor: the share is that of documents whose base language the model lacks, whatever is unknown beside them', () => {
    const tag = fc.constantFrom('en', 'en-GB', 'de', 'de-AT', 'nb', 'nn', 'no', 'zh', null, 'unknown');
    const base = (language: string) => language.split('-')[0]?.replace(/^n[bn]$/, 'no');
    fc.assert(
      fc.property(
        fc.array(fc.record({ language: tag, count: fc.nat({ max: 50 }) })),
        fc.subarray(['en', 'de', 'no', 'zh', 'nb-NO']),
        (counts, known) => {
          const told = counts.filter(({ language }) => language !== null && language !== 'unknown');
          const sum = (rows: typeof counts) => rows.reduce((all, { count }) => all + count, 0);
          const bases = known.map(base);
          const foreign = told.filter(({ language }) => !bases.includes(base(language ?? '')));
          const { share, languages } = unknownLanguages(counts, known);
          expect(share).toBeCloseTo(sum(told) === 0 ? 0 : sum(foreign) / sum(told), 10);
          expect(new Set(languages)).toEqual(new Set(foreign.map(({ language }) => base(language ?? ''))));
          expect(unknownLanguages(counts, ['*']).share).toBe(0);
        },
      ),
    );
  });
});
