/** `pharos models` against a local Hub. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseFiles } from '../../cli/hub/choose-files.ts';
import { createHub } from '../../cli/hub/hub.ts';
import { KNOWN_MODELS } from '../../cli/hub/known-models.ts';
import { type PullOptions, pull } from '../../cli/hub/pull.ts';
import { resolveModel } from '../../src/adapters/model-folder.ts';
import { readManifest } from '../../src/adapters/model-manifest.ts';
import { openSqliteFile } from '../../src/adapters/sqlite.ts';
import { openSqlite } from '../../src/kernel/db/open-sqlite.ts';
import { activateModel as activate } from '../../src/services/models/activate-model.ts';
import { loadModel } from '../../worker-node/embedder/model.ts';
import { manualClock } from '../support/fakes/doubles.ts';
import { broken, corrupt, cut, startHub } from '../support/fakes/hub-server.ts';
import { startWebServer } from '../support/fakes/web-server.ts';
import { writeTransformerFolder } from '../support/fixtures/transformer-folder.ts';
import { runCommand } from '../support/kits/command-line.ts';

const ID = 'tests/tiny-model';
const ONNX = 'onnx/model.onnx';

let scratch: string;
let source: string;
let models: string;
let hub: Awaited<ReturnType<typeof startHub>>;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'pharos-models-'));
  source = join(scratch, 'source');
  models = join(scratch, 'data', 'models');
  await writeTransformerFolder(source, { tokenizer: 'WordPiece' });
  await writeFile(join(source, 'README.md'), 'licence: apache-2.0');
  await writeFile(join(source, 'pytorch_model.bin'), 'nothing that is needed');
  hub = await startHub(ID, source);
});
afterEach(async () => {
  await hub.close();
  await rm(scratch, { recursive: true, force: true });
});

const slept: number[] = [];
const pulling = (more: Partial<PullOptions> & { token?: string } = {}) => {
  const { token, ...options } = more;
  return pull({
    hub: createHub({ endpoint: hub.url, token, fetch }),
    id: ID,
    revision: 'main',
    precision: 'fp32',
    models,
    sleep: async (ms) => slept.push(ms),
    progress: () => undefined,
    ...options,
  });
};
const pharos = (args: string[], env: Record<string, string> = {}) =>
  runCommand(args, { DATA_DIR: join(scratch, 'data'), HF_ENDPOINT: hub.url, ...env });

describe('pull', () => {
  test('model pull: the folder loads under its id, with its licence and without other weights', async () => {
    const { path, fetched } = await pulling();
    expect(fetched).toBeGreaterThan(0);
    const loaded = await loadModel(await resolveModel({ model: ID }, [models]));
    expect(loaded.id).toMatch(/^tiny-model@[0-9a-f]{12}$/);
    const found = await readdir(path);
    expect(found).toContain('README.md');
    expect(found).not.toContain('pytorch_model.bin');
    expect(await readFile(join(path, ONNX))).toEqual(await readFile(join(source, ONNX)));
    expect(await readdir(join(models, '.pulling'))).toEqual([]);
  });

  test('model pull: a second pull downloads nothing, and after a new commit the changed file only', async () => {
    await pulling();
    hub.sent.clear();
    expect((await pulling()).fetched).toBe(0);
    hub.files.set('config.json', Buffer.concat([await readFile(join(source, 'config.json')), Buffer.from('\n')]));
    hub.moveOn();
    expect((await pulling()).fetched).toBe(hub.files.get('config.json')?.length);
    expect([...hub.sent.keys()]).toEqual(['config.json']);
  });

  test('model pull: a damaged file is downloaded again', async () => {
    const { path } = await pulling();
    await writeFile(join(path, 'tokenizer.json'), '{}');
    hub.sent.clear();
    await pulling();
    expect([...hub.sent.keys()]).toEqual(['tokenizer.json']);
    expect(await readFile(join(path, 'tokenizer.json'))).toEqual(hub.files.get('tokenizer.json'));
  });

  test('model pull: continues within the file after a cut connection, and retries after a 503', async () => {
    hub.fail(ONNX, broken, cut);
    slept.length = 0;
    await pulling();
    const size = hub.files.get(ONNX)?.length ?? 0;
    expect(hub.sent.get(ONNX)).toBe(size - (size >> 1));
    expect(slept.slice(0, 1)).toEqual([1000]);
  });

  test('model pull: after too many failures the partial file stays for the next pull', async () => {
    hub.fail(ONNX, cut, broken, broken, broken, broken);
    await expect(pulling()).rejects.toThrow(`${ONNX}: the server responded with 503; run the command again to continue`);
    await expect(readdir(join(models, ID))).rejects.toThrow();
    hub.sent.clear();
    hub.fail(ONNX);
    await pulling();
    const size = hub.files.get(ONNX)?.length ?? 0;
    expect([...hub.sent]).toEqual([[ONNX, size - (size >> 1)]]);
  });

  test.each([ONNX, 'config.json'])('model pull: %s with a wrong checksum is refused and deleted', async (path) => {
    hub.fail(path, corrupt);
    await expect(pulling()).rejects.toThrow(
      `${path}: the ${path === ONNX ? 'sha256' : 'git-sha1'} of the download is not the one that the Hub lists`,
    );
    await pulling();
    expect(await readFile(join(models, ID, path))).toEqual(hub.files.get(path));
  });

  test('model pull: a partial file longer than the remote one is downloaded from the start', async () => {
    hub.fail(ONNX, cut, (response) => response.writeHead(416).end());
    await pulling();
    expect(hub.sent.get(ONNX)).toBe(hub.files.get(ONNX)?.length);
  });

  test('model pull: a response longer than the file, and a 404, are refused', async () => {
    hub.fail(ONNX, (response, bytes) => response.writeHead(200).end(Buffer.concat([bytes, bytes])));
    await expect(pulling()).rejects.toThrow('sends more than the file has');
    hub.fail(ONNX, (response) => response.writeHead(404).end());
    await expect(pulling()).rejects.toThrow(`${ONNX}: the server responded with 404`);
  });

  test('model pull: the token is sent to the Hub and not to the storage behind a redirect', async () => {
    await hub.close();
    hub = await startHub(ID, source, { token: 'hf_hunter2' });
    await expect(pulling()).rejects.toThrow('it needs a token: set HF_TOKEN');
    await expect(pulling({ token: 'wrong' })).rejects.toThrow('HF_TOKEN does not open it');
    // The storage refuses a request with a token.
    expect((await pulling({ token: 'hf_hunter2' })).fetched).toBeGreaterThan(0);
  });
});

describe('chooseFiles and hub.snapshot', () => {
  const file = (path: string) => ({ path, size: 1, checksum: { algorithm: 'sha256' as const, hex: '' } });
  const snapshot = (...paths: string[]) => ({ id: ID, commit: '', files: paths.map(file) });

  test('model files: the ONNX export of the precision is chosen with the weights beside it', () => {
    const files = snapshot('model.onnx', 'onnx/model.onnx', 'onnx/model.onnx_data', 'onnx/model_quantized.onnx', 'vocab.txt');
    expect(chooseFiles(files, 'fp32').map(({ path }) => path)).toEqual(['vocab.txt', ONNX, `${ONNX}_data`]);
    expect(chooseFiles(files, 'int8').map(({ path }) => path)).toEqual(['vocab.txt', 'onnx/model_quantized.onnx']);
    expect(() => chooseFiles(snapshot('onnx/model_fp16.onnx'), 'fp32')).toThrow('it has onnx/model_fp16.onnx');
    expect(() => chooseFiles(snapshot('model.safetensors'), 'fp32')).toThrow('optimum-cli export onnx');
    expect(() => chooseFiles(snapshot(ONNX), 'fp32')).toThrow('neither tokenizer.json nor vocab.txt');
  });

  test('model id: an invalid id is refused', async () => {
    for (const id of ['', '../x', 'a/b/c', 'a b', '/a', 'a/..', `${'x'.repeat(100)}`]) {
      await expect(pulling({ id })).rejects.toThrow('expected the id of a model');
    }
    await expect(pulling({ id: 'nobody/nothing' })).rejects.toThrow('has no model nobody/nothing at revision main');
  });

  test('model files: no file name of a server leaves the folder', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom('../config.json', '/config.json', 'a/../../b', 'a\\..\\b'), fc.string()),
        async (name) => {
          const answer = { sha: 'a'.repeat(40), siblings: [{ rfilename: name, size: 1, blobId: 'b' }] };
          const given = createHub({ endpoint: 'http://hub.test', fetch: async () => Response.json(answer) });
          for (const { path } of (await given.snapshot(ID, 'main')).files) {
            expect(join('/models', path).startsWith('/models/')).toBe(true);
            expect(path.split('/')).not.toContain('..');
          }
        },
      ),
    );
  });

  test('hub: a response that is not of the Hub is refused', async () => {
    const other = await startWebServer();
    other.serve(`/api/models/${ID}/revision/main`, '<html>a proxy</html>');
    const from = (endpoint: string) => createHub({ endpoint, fetch }).snapshot(ID, 'main');
    await expect(from(other.url)).rejects.toThrow('does not respond as the Hub does');
    other.serve(`/api/models/${ID}/revision/main`, (response) => response.writeHead(500).end());
    await expect(from(other.url)).rejects.toThrow('responded with 500');
    await other.close();
    await expect(from(other.url)).rejects.toThrow(/cannot be reached: name a mirror in HF_ENDPOINT, or copy the folder/);
  });
});

describe('pharos models', () => {
  test('models pull, models list: a pulled model is listed as configured, and no database is created', async () => {
    const pulled = await pharos(['models', 'pull', ID]);
    expect(pulled).toMatchObject({ code: 0, stderr: '' });
    expect(pulled.stdout.match(/^onnx\/model\.onnx {2}\d+\.\d MB$/gm)).toHaveLength(1);
    expect(pulled.stdout.match(/^config\.json {2}\d KB$/gm)).toHaveLength(1);
    expect(pulled.stdout).toContain('Next: pharos models activate tiny-model\n');
    const again = await pharos(['models', 'pull', ID], { npm_lifecycle_event: 'pharos' });
    expect(again.stdout).toContain('already');
    // A checkout has no `pharos` on the path.
    expect(again.stdout).toContain('Next: npm run -s pharos -- models activate tiny-model\n');
    const { stdout } = await pharos(['models', 'list'], { EMBEDDING_MODEL: ID });
    expect(stdout).toMatch(
      /^tests\/tiny-model {2}tiny-model@[0-9a-f]{12} {2}transformer {2}\d+ dimensions .* {2}not registered {2}\(configured\)$/m,
    );
    expect(stdout).toMatch(/^pharos-static-192 {2}pharos-static-192@[0-9a-f]{12} {2}static {2}11\.5 MB {2}not registered$/m);
    expect(await readdir(join(scratch, 'data'))).not.toContain('pharos.db');
  });

  test.each([
    [['models', 'pull'], 'missing argument <id>'],
    [['models', 'pull', 'nobody/nothing'], 'has no model'],
    [['models', 'pull', ID, '--precision', 'fp8'], 'expected a precision'],
    [['models'], 'usage:'],
  ])('pharos %j: exits with 2 and names the mistake: %s', async (args, message) => {
    const { code, stderr } = await pharos(args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test('model pull: an existing folder is replaced when the download is complete', async () => {
    await mkdir(join(models, ID), { recursive: true });
    await writeFile(join(models, ID, 'mine.txt'), 'by hand');
    hub.fail(ONNX, corrupt);
    expect((await pharos(['models', 'pull', ID])).code).toBe(1);
    expect(await readdir(join(models, ID))).toEqual(['mine.txt']);
    expect((await pharos(['models', 'pull', ID])).code).toBe(0);
    expect(await readdir(join(models, ID))).not.toContain('mine.txt');
  });
});

describe('pharos models add, activate, retire', () => {
  const MINE = 'tests/mine';
  const linesOf = async () => (await pharos(['models', 'list'])).stdout.trimEnd().split('\n');
  const lineOf = async (name: string) => (await linesOf()).find((line) => line.startsWith(`${name}  `));
  beforeEach(async () => {
    await writeTransformerFolder(join(models, MINE), { tokenizer: 'WordPiece' });
  });

  test('models activate: takes a name without its organisation, and the states are listed', async () => {
    const first = await pharos(['models', 'activate', 'pharos-static-192']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^pharos-static-192@[0-9a-f]{12} is active, in .*pharos\.db$/m);
    const second = await pharos(['models', 'activate', 'mine']);
    expect(second.stdout).toMatch(/^mine@[0-9a-f]{12} becomes active once every document is embedded for it/m);
    expect(await lineOf('pharos-static-192')).toMatch(/11\.5 MB {2}active, 0 of 0 documents$/);
    expect(await lineOf(MINE)).toMatch(/building, 0 of 0 documents \(100 %\), becomes active when complete$/);
    // The active model named again withdraws the request.
    expect((await pharos(['models', 'activate', 'pharos-static-192'])).code).toBe(0);
    expect(await lineOf(MINE)).toMatch(/building, 0 of 0 documents \(100 %\)$/);
    expect((await pharos(['models', 'activate', MINE])).stdout).toContain('becomes active once');
  });

  test('models list: a folder outside of DATA_DIR is found again where the database says that it was', async () => {
    const outside = join(scratch, 'outside');
    await writeTransformerFolder(outside);
    const { client, close } = await openSqliteFile(await migratedFile());
    const folder = await resolveModel({ model: outside });
    await activate({ db: openSqlite(client), clock: manualClock() }, { ...folder, languages: null });
    close();
    expect(await lineOf('outside')).toMatch(/^outside {2}outside@[\da-f]{12} {2}transformer .* active, 0 of 0 documents$/);
    expect((await pharos(['models', 'activate', 'outside'])).stdout).toMatch(/^outside@[\da-f]{12} is active/);
  });

  test('models add, models retire: a model is built without a request, and given up', async () => {
    await pharos(['models', 'activate', 'pharos-static-192']);
    expect((await pharos(['models', 'add', MINE])).stdout).toMatch(/^mine@[0-9a-f]{12} is building, in /m);
    expect((await pharos(['models', 'retire', 'mine'])).stdout).toContain('is retired: its vectors are removed after a day');
    expect(await lineOf(MINE)).toMatch(/retired, removed after \d{4}-\d\d-\d\dT/);
    const active = await pharos(['models', 'retire', 'pharos-static-192']);
    expect(active).toMatchObject({ code: 2, stderr: expect.stringContaining('is the active model: activate another first') });
    // A retired model whose folder is gone is listed, can be retired again, and cannot be activated.
    await rm(join(models, MINE), { recursive: true });
    expect(await lineOf(MINE)).toContain('no folder here  retired');
    expect((await pharos(['models', 'retire', 'mine'])).code).toBe(0);
    expect(await pharos(['models', 'activate', 'mine'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not here: pull it, or copy it into DATA_DIR/models'),
    });
  });

  test('models activate: a name that several folders bear is refused with the ids, each of which works', async () => {
    await writeTransformerFolder(join(models, 'others/mine'), { tokenizer: 'BPE' });
    const { code, stderr } = await pharos(['models', 'activate', 'mine']);
    const ids = stderr.match(/mine@[0-9a-f]{12}/g) ?? [];
    expect([code, new Set(ids).size]).toEqual([2, 2]);
    for (const id of ids) expect((await pharos(['models', 'activate', id])).stdout).toContain(id);
    expect((await pharos(['models', 'activate', 'others/mine'])).code).toBe(0);
  });

  test('models activate: the model of a database of before is its folder, under the id that it has there', async () => {
    const { client, close } = await openSqliteFile(await migratedFile());
    const old = { id: 'pharos-static-192', legacyId: 'pharos-static-192', name: 'pharos-static-192', languages: null };
    await activate({ db: openSqlite(client), clock: manualClock() }, old);
    close();
    expect(await lineOf('pharos-static-192')).toMatch(/^pharos-static-192 {2}pharos-static-192 {2}static/);
    expect((await pharos(['models', 'activate', 'pharos-static-192'])).stdout).toMatch(/^pharos-static-192 is active/);
    expect((await linesOf()).filter((line) => line.startsWith('pharos-static-192'))).toHaveLength(1);
  });

  /** A database in DATA_DIR, as a first command makes it. */
  async function migratedFile() {
    expect((await pharos(['migrate'])).code).toBe(0);
    return join(scratch, 'data', 'pharos.db');
  }

  test.each([
    [['models', 'activate'], 'missing argument <model>'],
    [['models', 'activate', 'pharos-static-129'], 'there is no model pharos-static-129; did you mean "pharos-static-192"?'],
    [['models', 'retire', MINE], 'is not registered'],
    [['models', 'actvate', MINE], 'did you mean "models activate"?'],
    [['models', 'add', MINE, '--now', '1'], 'unknown option --now'],
  ])('pharos %j: exits with 2 and names the mistake: %s', async (args, message) => {
    const { code, stderr } = await pharos(args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

describe('pharos.json of a pulled model', () => {
  const KNOWN = 'intfloat/multilingual-e5-small';
  const manifest = async () => JSON.parse(await readFile(join(models, KNOWN, 'pharos.json'), 'utf8')) as { languages: string[] };

  test('model pull: a model of the table gets its languages and prefixes, and the next pull keeps an edited file', async () => {
    const known = await startHub(KNOWN, source);
    const env = { HF_ENDPOINT: known.url };
    const { stdout } = await pharos(['models', 'pull', KNOWN], env);
    expect(stdout).toContain('Next: pharos models activate multilingual-e5-small\n');
    const languages = expect.arrayContaining(['en', 'zh', 'sw']);
    expect(await manifest()).toEqual({ languages, prefixes: { query: 'query: ', document: 'passage: ' } });
    expect(new Set((await manifest()).languages).size).toBeGreaterThan(90);
    const folder = await resolveModel({ model: KNOWN }, [models]);
    expect(folder.manifest).toMatchObject({ languages, prefixes: { query: 'query: ' } });

    const edited = JSON.stringify({ languages: ['de'] });
    await writeFile(join(models, KNOWN, 'pharos.json'), edited);
    known.moveOn();
    await pharos(['models', 'pull', KNOWN], env);
    expect(await manifest()).toEqual({ languages: ['de'] });
    // A folder that was pulled before the table existed gets the file without a download.
    await rm(join(models, KNOWN, 'pharos.json'));
    expect((await pharos(['models', 'pull', KNOWN], env)).stdout).toContain('already');
    expect(await manifest()).toMatchObject({ languages });
    await known.close();
  });

  test('model pull: a model that is not in the table gets no file, and a file of its repository is kept as it is', async () => {
    await pulling();
    await expect(readFile(join(models, ID, 'pharos.json'))).rejects.toThrow();
    await writeFile(join(source, 'pharos.json'), '{"languages":["fr"]}');
    const known = await startHub(KNOWN, source);
    await pharos(['models', 'pull', KNOWN], { HF_ENDPOINT: known.url });
    expect(await manifest()).toEqual({ languages: ['fr'] });
    await known.close();
  });

  test('known models: every entry is a valid pharos.json', async () => {
    for (const [id, facts] of Object.entries(KNOWN_MODELS)) {
      await writeFile(join(source, 'pharos.json'), JSON.stringify(facts));
      expect(readManifest(source).languages, id).toEqual(facts.languages);
    }
  });
});

test('models activate: a folder that cannot be used is refused with the reason, and equal folders are one model', async () => {
  for (const name of ['corrupt', 'one', join('org', 'one')]) {
    await mkdir(join(models, name), { recursive: true });
    await writeTransformerFolder(join(models, name), { tokenizer: 'WordPiece' });
  }
  await writeFile(join(models, 'corrupt', 'pharos.json'), '{"languages": "en"}');
  await pharos(['migrate']);
  const refused = await pharos(['models', 'activate', 'corrupt']);
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining('the folder of corrupt cannot be used: pharos.json (languages)'),
  ]);
  for (const name of ['one', 'org/one']) {
    const { code, stdout } = await pharos(['models', 'activate', name]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^one@[0-9a-f]{12} is active/)]);
  }
});
