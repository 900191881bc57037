/** `pharos models` against a local Hub. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseFiles } from '../../cli/hub/choose-files.ts';
import { createHub } from '../../cli/hub/hub.ts';
import { type PullOptions, pull } from '../../cli/hub/pull.ts';
import { resolveModel } from '../../src/adapters/model-folder.ts';
import { loadModel } from '../../worker-node/embedder/model.ts';
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
    await expect(pulling()).rejects.toThrow(`${ONNX}: the server answered 503; run the command again to continue`);
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
    await expect(pulling()).rejects.toThrow(`${ONNX}: the server answered 404`);
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
    await expect(from(other.url)).rejects.toThrow('answered 500');
    await other.close();
    await expect(from(other.url)).rejects.toThrow('cannot be reached');
  });
});

describe('pharos models', () => {
  test('models pull, models list: a pulled model is listed as configured, and no database is created', async () => {
    const pulled = await pharos(['models', 'pull', ID]);
    expect(pulled).toMatchObject({ code: 0, stderr: '' });
    expect(pulled.stdout).toMatch(/^onnx\/model\.onnx {2}\d+\.\d MB$/m);
    expect(pulled.stdout).toContain(`Use it with EMBEDDING_MODEL=${ID}`);
    expect((await pharos(['models', 'pull', ID])).stdout).toContain('already');
    const { stdout } = await pharos(['models', 'list'], { EMBEDDING_MODEL: ID });
    expect(stdout).toMatch(/^tests\/tiny-model {2}tiny-model@[0-9a-f]{12} {2}transformer {2}\d+ dimensions .*\(configured\)$/m);
    expect(stdout).toMatch(/^pharos-static-192 {2}pharos-static-192@[0-9a-f]{12} {2}static {2}11\.0 MB$/m);
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
