/**
 * How well the default taxonomy files texts that it was not made for. `SETS=<folder> MODEL=<folder or name> npm run
 * bench:taxonomy`. The folder has `mini_newsgroups` and `bbc` (folders of folders named after labels), `ag_news_csv/test.csv`,
 * `debian-packages` (`apt-cache dumpavail`) and, where the machine has long descriptions, `debian-translation-en` (apt's
 * `*_i18n_Translation-en`). "Left out of the fit" is by factors fitted on the other sets. MOST=<texts of a set>, 300 by default;
 * a minute or two for each transformer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveModel } from '../src/adapters/model-folder.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { memoryLog } from '../test/support/fakes/doubles.ts';
import { deriveCalibration, knownCalibration } from '../worker-node/analysis/calibration.ts';
import { DEFAULT_TAXONOMY } from '../worker-node/analysis/taxonomy/default-tree/index.ts';
import { classify, indexWords, keywordEvidence, UNCATEGORISED } from '../worker-node/analysis/taxonomy/score.ts';
import { flattenTree } from '../worker-node/analysis/taxonomy/seed.ts';
import { embedTaxonomy, leavesOf, standingsOf } from '../worker-node/analysis/taxonomy/standing.ts';
import { createEmbedder } from '../worker-node/embedder/embedder.ts';
import { forkInference } from '../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../worker-node/embedder/model.ts';
import { chunkText } from '../worker-node/ingest/chunk.ts';
import { contextOf } from '../worker-node/ingest/chunk-context.ts';
import { embedChunks } from '../worker-node/stages/document-vectors.ts';
import { answerOf, calibrationError, errorByChance, fitFactors, type Scored } from './taxonomy/fit.ts';
import { type LabelledSet, type LabelledText, SETS, sample } from './taxonomy/sets.ts';

const folder = process.env.SETS;
if (!folder) throw new Error('SETS must name the folder of labelled texts');
const MOST = Number(process.env.MOST ?? 300);
/** Characters embedded of a text. */
const LONGEST = 6_000;

const modelFolder = await resolveModel({ model: process.env.MODEL ?? 'all-MiniLM-L6-v2' });
const embedder = createEmbedder({
  model: await loadModel(modelFolder),
  start: forkInference,
  log: memoryLog(),
  clock: systemClock,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
});
const { taxonomy } = knownCalibration(modelFolder.id) ?? deriveCalibration([]);
const categories = flattenTree(DEFAULT_TAXONOMY);
const leaves = leavesOf(categories);
const prototypes = await embedTaxonomy(categories, (texts) => embedder.embed(texts, { priority: 'bulk', kind: 'document' }));

async function vectorOf({ title, text }: LabelledText): Promise<Float32Array | null> {
  const short = text.slice(0, LONGEST);
  const sections = [{ headingPath: [], inherited: 0, headingStart: 0, start: 0, end: short.length }];
  const chunks = chunkText(short, sections, { title, language: 'en' }).map(({ start, end }) => ({
    context: contextOf(title, []),
    text: short.slice(start, end),
  }));
  return (await embedChunks(embedder, chunks, { signal: new AbortController().signal })).mean;
}

const answers = (ids: readonly string[] = [], id: string) => ids.some((one) => id === one || id.startsWith(`${one}.`));
const topicOf = (set: LabelledSet, id: string) => Object.keys(set.topics).find((topic) => answers(set.topics[topic], id));

const rows: Scored[] = [];
const filed = new Map<string, { all: number; answered: number; right: number }>();
for (const set of SETS) {
  const count = { all: 0, answered: 0, right: 0 };
  for (const text of sample(set, folder, MOST)) {
    const vector = await vectorOf(text);
    if (!vector) continue;
    const { categories: standings, none } = standingsOf(vector, prototypes, taxonomy);
    const words = indexWords(`${text.title ?? ''}\n${text.text.slice(0, LONGEST)}`);
    const scored = categories.map((category, index) => ({ category, standing: standings[index] ?? null }));
    const { category } = classify(scored, { words, none, factors: taxonomy });
    count.all++;
    if (category !== UNCATEGORISED) count.answered++;
    if (topicOf(set, category) === text.topic) count.right++;
    rows.push({
      ...{ set: set.name, none, topic: text.topic, topics: leaves.map(({ id }) => topicOf(set, id)) },
      standings: leaves.map((leaf) => standings[categories.indexOf(leaf)]!),
      keywords: leaves.map(({ keywords }) => keywordEvidence(keywords, words)),
    });
  }
  filed.set(set.name, count);
}
await embedder.close();

const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
console.log(`${modelFolder.id}\n`);
console.log(
  '| set | texts | top-1 | answered | of those right | likeliest leaf | calibration error | left out of the fit | by chance |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
for (const [name, { all, answered, right }] of filed) {
  const own = rows.filter(({ set }) => set === name);
  const others = fitFactors(
    rows.filter(({ set }) => set !== name),
    taxonomy,
  );
  const shipped = own.map((row) => answerOf(row, taxonomy));
  const leftOut = calibrationError(own.map((row) => answerOf(row, others)));
  const leaf = shipped.filter((answer) => answer.right).length;
  const shares = [percent(right, all), percent(answered, all), percent(right, answered), percent(leaf, all)];
  const errors = [calibrationError(shipped), leftOut, errorByChance(shipped)].map((error) => error.toFixed(3));
  console.log(`| ${[name, all, ...shares, ...errors].join(' | ')} |`);
}
const { deviation, keywords } = fitFactors(rows, taxonomy);
console.log(`\nfitted on all: deviation ${deviation.toFixed(2)}, keywords ${keywords.toFixed(2)}`);
