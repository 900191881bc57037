/**
 * Tokenising by a folder's `tokenizer.json`, compared with Python's `tokenizers` on 10,000 texts in over 30 scripts, and with
 * the package @huggingface/tokenizers in processor time and memory. `MODEL=<folder> PYTHON=<python with tokenizers>
 * npm run bench:tokenising`, under a minute. Exit code 1 if an id differs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { resolveModel } from '../src/adapters/model-folder.ts';
import { pythonIds } from '../test/support/fixtures/tokenising/python-ids.ts';
import { tokenisingTexts } from '../test/support/fixtures/tokenising/texts.ts';
import { createHuggingFaceTokeniser } from '../worker-node/embedder/hugging-face-tokeniser.ts';

const { path } = await resolveModel({ model: process.env.MODEL ?? 'all-MiniLM-L6-v2' });
const file = join(path, 'tokenizer.json');
const texts = tokenisingTexts();
const expected = pythonIds(file, texts);

function measure(name: string, make: (json: object) => (text: string) => ArrayLike<number>): ArrayLike<number>[] {
  const json = JSON.parse(readFileSync(file, 'utf8')) as object;
  const memory = process.memoryUsage().rss;
  let before = process.cpuUsage();
  const encode = make(json);
  const loading = process.cpuUsage(before);
  const grown = process.memoryUsage().rss - memory;
  before = process.cpuUsage();
  const ids = texts.map((text) => encode(text));
  const encoding = process.cpuUsage(before);
  const different = ids.filter((row, index) => Array.from(row).join() !== expected[index]?.join()).length;
  console.log(
    `${name.padEnd(12)} ${different} of ${texts.length} texts differ from Python's; loading ${Math.round(loading.user / 1000)} ms and ` +
      `${Math.round(grown / 1_000_000)} MB, ${(encoding.user / texts.length).toFixed(1)} us of one core a text`,
  );
  return ids;
}

const ours = measure('Pharos', (json) => {
  const { tokeniser } = createHuggingFaceTokeniser(json, {}, 1_000_000);
  return (text) => tokeniser.encode(text).ids;
});
measure('the package', (json) => {
  const tokenizer = new Tokenizer({ ...json, padding: null, truncation: null }, {});
  return (text) => (tokenizer.encode(text) as { ids: number[] }).ids;
});
for (const [index, row] of ours.entries())
  if (Array.from(row).join() !== expected[index]?.join()) {
    console.log(JSON.stringify(texts[index]), Array.from(row).join(' '), 'and not', expected[index]?.join(' '));
    process.exitCode = 1;
  }
