import { cp, mkdir, mkdtemp, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findModel, listModelFolders, type ModelChoice, resolveModel } from '../../src/adapters/model-folder.ts';
import { readModelGraph } from '../../src/adapters/model-graph.ts';
import { ConfigError } from '../../src/kernel/config/config.ts';
import { loadModel } from '../../worker-node/embedder/model.ts';
import { writeTransformerFolder } from '../support/fixtures/transformer-folder.ts';

let models: string;
let folder: string;
beforeEach(async () => {
  models = await mkdtemp(join(tmpdir(), 'pharos-model-'));
  folder = join(models, 'mine');
  await mkdir(folder);
});
afterEach(() => rm(models, { recursive: true, force: true }));

const put = async (files: Record<string, string>) => {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
};
const refusal = async (choice: ModelChoice) => {
  try {
    await resolveModel(choice, [models]);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return 'accepted';
};
const mine = (precision?: 'fp32' | 'int8') => resolveModel({ model: 'mine', precision }, [models]);

describe('model setting', () => {
  test('model setting: it is the name of a shipped model or the path of a folder', async () => {
    expect((await resolveModel({ model: 'pharos-static-192' })).name).toBe('pharos-static-192');
    await put({ 'vocab.txt': 'a', 'model.onnx': 'b' });
    const found = await resolveModel({ model: folder });
    expect(found).toMatchObject({ path: folder, onnx: join(folder, 'model.onnx'), vocabulary: join(folder, 'vocab.txt') });
    expect(found).toMatchObject({ name: 'mine', legacyId: 'mine', oneTextARun: false, manifest: { languages: null } });
  });

  test('model setting: an invalid one is refused with the setting and the missing file', async () => {
    expect(await refusal({ model: 'no-such-model' })).toMatch(
      /^EMBEDDING_MODEL: expected the name of a folder in .*, not "no-such-model"/,
    );
    expect(await refusal({ model: folder })).toMatch(/^EMBEDDING_MODEL: .* has no model\.onnx/);
    await put({ 'model.onnx': '' });
    expect(await refusal({ model: folder })).toMatch(/^EMBEDDING_MODEL: .* has neither tokenizer\.json nor vocab\.txt/);
  });

  test('model setting: the precision chooses between the graphs of a folder, and without one model.onnx goes first', async () => {
    await put({ 'model.onnx': 'exact', 'model_quantized.onnx': 'small', 'tokenizer.json': '{}' });
    const chosen = async (precision?: 'fp32' | 'int8') => basename((await mine(precision)).onnx);
    expect([await chosen(), await chosen('fp32'), await chosen('int8')]).toEqual([
      'model.onnx',
      'model.onnx',
      'model_quantized.onnx',
    ]);
    await rm(join(folder, 'model.onnx'));
    expect(await chosen()).toBe('model_quantized.onnx');
    expect(await refusal({ model: 'mine', precision: 'fp32' })).toMatch(
      /^EMBEDDING_PRECISION: expected int8: .* has no model\.onnx in fp32$/,
    );
  });

  test('model setting: pharos.json says the precision of model.onnx', async () => {
    await put({ 'model.onnx': 'small', 'tokenizer.json': '{}', 'pharos.json': '{"precision": "int8"}' });
    expect(basename((await mine('int8')).onnx)).toBe('model.onnx');
    expect(await refusal({ model: 'mine', precision: 'fp32' })).toMatch(/^EMBEDDING_PRECISION: expected int8: /);
    expect((await resolveModel({ model: 'all-MiniLM-L6-v2', precision: 'int8' })).manifest.precision).toBe('int8');
  });
});

describe('model id', () => {
  test('model id: the name of the folder and a digest of graph, external weights and tokenizer', async () => {
    await put({ 'model.onnx': 'graph', 'tokenizer.json': '{}', 'config.json': '{}' });
    const first = await mine();
    // printf 'graph{}' | sha256sum
    expect(first.id).toBe('mine@579e556cd5c4');
    await put({ 'config.json': '{"changed": true}' });
    expect((await mine()).id).toBe(first.id);
    await put({ 'model.onnx_data': 'weights' });
    const weighted = await mine();
    await put({ 'tokenizer.json': '{ }' });
    const retokenised = await mine();
    await put({ 'model.onnx': 'another' });
    const other = await mine();
    expect(new Set([first, weighted, retokenised, other].map(({ id }) => id)).size).toBe(4);
  });

  test('model id: folders of one name with different graphs have different ids, equal copies the same', async () => {
    await put({ 'model.onnx': 'graph', 'tokenizer.json': '{}' });
    await cp(folder, join(models, 'org', 'mine'), { recursive: true });
    const pulled = () => resolveModel({ model: 'org/mine' }, [models]);
    expect(await pulled()).toMatchObject({ id: (await mine()).id, name: 'org/mine', legacyId: 'org/mine' });
    await writeFile(join(models, 'org', 'mine', 'model.onnx'), 'graph 2');
    expect((await pulled()).id).not.toBe((await mine()).id);
  });

  test('model id: unchanged files are not read again', async () => {
    await put({ 'model.onnx': 'graph', 'tokenizer.json': '{}' });
    const read = () => readModelGraph(join(folder, 'model.onnx'), join(folder, 'tokenizer.json'));
    expect(await read()).toBe(await read());
  });

  test('model id: a file that was rewritten with its size and time of modification is read again', async () => {
    await put({ 'model.onnx': 'graph', 'tokenizer.json': '{}' });
    const [file, time] = [join(folder, 'model.onnx'), new Date('2026-01-01')];
    await utimes(file, time, time);
    const { ctimeMs } = await stat(file);
    const { id } = await mine();
    // The clock of the file system may tick once in some milliseconds only.
    do {
      await writeFile(file, 'GRAPH');
      await utimes(file, time, time);
    } while ((await stat(file)).ctimeMs === ctimeMs);
    expect((await mine()).id).not.toBe(id);
  });

  test('model id: the legacy id is the one of versions without digests; folders shipped since then have none', async () => {
    expect((await resolveModel({ model: 'pharos-static-192' })).legacyId).toBe('pharos-static-192');
    const shipped = await resolveModel({ model: 'all-MiniLM-L6-v2' });
    expect(shipped.legacyId).toBe(shipped.id);
    await put({ 'model.onnx': 'a', 'model_quantized.onnx': 'b', 'tokenizer.json': '{}' });
    expect([(await mine()).legacyId, (await mine('int8')).legacyId]).toEqual(['mine', 'mine:int8']);
  });

  test('model list: every folder in every precision that it has, and no folder that is not a model', async () => {
    await put({ 'model.onnx': 'a', 'model_quantized.onnx': 'b', 'tokenizer.json': '{}' });
    await cp(folder, join(models, 'org', 'other'), { recursive: true });
    await writeFile(join(models, 'org', 'other', 'pharos.json'), '{"unknown": 1}');
    await mkdir(join(models, 'empty'));
    await mkdir(join(models, '.pulling'));
    const listed = await listModelFolders([models, join(models, 'missing')]);
    expect(listed.map(({ name, onnx }) => [name, basename(onnx)])).toEqual([
      ['mine', 'model.onnx'],
      ['mine', 'model_quantized.onnx'],
    ]);
    expect((await listModelFolders()).map(({ name }) => name)).toEqual(['all-MiniLM-L6-v2', 'pharos-static-192']);
  });
});

test('model list: links to folders are listed, and a folder that cannot be read does not hide the others', async () => {
  await put({ 'model.onnx': 'a', 'tokenizer.json': '{}' });
  await symlink(folder, join(models, 'linked'));
  await symlink(join(models, 'nowhere'), join(models, 'dangling'));
  await symlink(models, join(models, 'loop'));
  await writeFile(join(models, 'file'), '');
  // A graph that is a folder, and a manifest that is one.
  await mkdir(join(models, 'broken', 'model.onnx'), { recursive: true });
  await writeFile(join(models, 'broken', 'tokenizer.json'), '{}');
  await cp(folder, join(models, 'odd'), { recursive: true });
  await mkdir(join(models, 'odd', 'pharos.json'));
  const names = (await listModelFolders([models])).map(({ name }) => name);
  expect(names).toEqual(['linked', 'loop/linked', 'loop/mine', 'mine']);
});

describe('pharos.json', () => {
  beforeEach(() => put({ 'model.onnx': 'graph', 'tokenizer.json': '{}' }));

  test('pharos.json: precision, texts a run, languages and prefixes are read', async () => {
    const languages = ['en', 'zh-Hant', '*'];
    const prefixes = { query: 'query: ', document: '' };
    await put({ 'pharos.json': JSON.stringify({ precision: 'fp32', one_text_a_run: true, languages, prefixes }) });
    expect(await mine()).toMatchObject({
      oneTextARun: true,
      manifest: { precision: 'fp32', oneTextARun: true, languages, prefixes },
    });
    expect((await resolveModel({ model: 'all-MiniLM-L6-v2' })).manifest.languages).toEqual(['en']);
  });

  test('pharos.json: its prefixes go before those of config_sentence_transformers.json, and settings before both', async () => {
    await writeTransformerFolder(folder, { prompts: { query: 'ask: ', passage: 'say: ' } });
    expect((await loadModel(await mine())).prefixes).toEqual({ query: 'ask: ', document: 'say: ' });
    await put({ 'pharos.json': '{"prefixes": {"query": "q: ", "document": "d: "}}' });
    expect((await loadModel(await mine())).prefixes).toEqual({ query: 'q: ', document: 'd: ' });
    expect((await loadModel(await mine(), { queryPrefix: '' })).prefixes).toEqual({ query: '', document: 'd: ' });
  });

  test.each([
    ['{', ': cannot be read as JSON'],
    ['[]', ': expected a JSON object'],
    ['{"precision": "fp16"}', ' (precision): expected "fp32" or "int8"'],
    ['{"one_text_a_run": 1}', ' (one_text_a_run): expected true or false'],
    ['{"languages": "en"}', ' (languages): expected an array of language tags'],
    ['{"languages": []}', ' (languages): expected at least one language tag'],
    ['{"languages": ["en", "English please"]}', ' (languages.1): expected a language tag such as "en", or "*"'],
    ['{"prefixes": {"query": "q: "}}', ' (prefixes.document): expected a text'],
    ['{"prefixes": {"query": "", "document": "", "passage": ""}}', ' (prefixes.passage): is not a field of this file'],
    ['{"language": ["en"]}', ' (language): is not a field of this file'],
  ])('pharos.json: %s is refused at start with the field', async (content, message) => {
    await put({ 'pharos.json': content });
    expect(await refusal({ model: 'mine' })).toBe(`EMBEDDING_MODEL: pharos.json${message}`);
    expect(() => findModel({ model: 'mine' }, [models])).toThrow(ConfigError);
  });
});

describe('dynamic quantisation', () => {
  test('dynamic quantisation: a graph that holds it runs one text at a time, another does not', async () => {
    await writeTransformerFolder(folder, { int8: true });
    expect([(await mine('fp32')).oneTextARun, (await mine('int8')).oneTextARun]).toEqual([false, true]);
    expect((await mine('int8')).manifest.languages).toBeNull();
    await put({ 'pharos.json': '{"one_text_a_run": false}' });
    expect((await mine('int8')).oneTextARun).toBe(false);
  });

  test('dynamic quantisation: it is found wherever the operator lies between two reads of the file', async () => {
    const mark = '\x22\x15DynamicQuantizeLinear';
    await put({ 'tokenizer.json': '{}' });
    for (const before of [0, 1024 * 1024 - 1, 1024 * 1024 - 10, 1024 * 1024 - mark.length + 1, 1024 * 1024]) {
      await put({ 'model.onnx': `${'x'.repeat(before)}${mark}${'x'.repeat(100)}` });
      expect((await mine()).oneTextARun).toBe(true);
    }
    // The name alone is no operator: a weight may be called so.
    await put({ 'model.onnx': 'DynamicQuantizeLinear_1_quantized' });
    expect((await mine()).oneTextARun).toBe(false);
  });
});
