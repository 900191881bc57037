/**
 * How well the default taxonomy files texts that it was not made for. `SETS=<folder> MODEL=<folder or name> npm run
 * bench:taxonomy`. The folder has `mini_newsgroups` and `bbc` (folders of folders named after labels), `ag_news_csv/test.csv`,
 * `debian-packages` (`apt-cache dumpavail`) and, where the machine has long descriptions, `debian-translation-en` (apt's
 * `*_i18n_Translation-en`). "Left out of the fit" is by factors fitted on the other sets. MOST=<texts of a set>, 1,000 by
 * default; five minutes for each transformer, half a minute once the vectors are kept.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveModel } from '../src/adapters/model-folder.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { UNCATEGORISED } from '../src/kernel/model/taxonomy.ts';
import { flattenTree } from '../src/services/taxonomy/tree.ts';
import { memoryLog } from '../test/support/fakes/doubles.ts';
import { LABELLED } from '../test/support/fixtures/labelled-passages.ts';
import { deriveCalibration, knownCalibration } from '../worker-node/analysis/calibration.ts';
import { DEFAULT_TAXONOMY } from '../worker-node/analysis/taxonomy/default-tree/index.ts';
import { classify, indexWords, keywordEvidence, type WordIndex } from '../worker-node/analysis/taxonomy/score.ts';
import { embedTaxonomy, leavesOf, type Standing, standingsOf } from '../worker-node/analysis/taxonomy/standing.ts';
import { createEmbedder } from '../worker-node/embedder/embedder.ts';
import { forkInference } from '../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../worker-node/embedder/model.ts';
import { answerOf, calibrationError, errorByChance, fitFactors, PASSAGES, type Scored } from './taxonomy/fit.ts';
import { type LabelledSet, type LabelledText, SETS, sample } from './taxonomy/sets.ts';
import { LONGEST, vectorsOf } from './taxonomy/vectors.ts';

const folder = process.env.SETS;
if (!folder) throw new Error('SETS must name the folder of labelled texts');
const MOST = Number(process.env.MOST ?? 1_000);

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

const answers = (ids: readonly string[] = [], id: string) => ids.some((one) => id === one || id.startsWith(`${one}.`));
const topicOf = (set: LabelledSet, id: string) => Object.keys(set.topics).find((topic) => answers(set.topics[topic], id));

const rows: (Scored & { words: WordIndex; standings: readonly Standing[] })[] = [];
async function add(set: string, texts: readonly (LabelledText & { topic: string })[], topic: (id: string) => string | undefined) {
  for (const [index, vector] of (await vectorsOf(embedder, texts)).entries()) {
    const text = texts[index]!;
    if (!vector) continue;
    const { categories: standings, impression } = standingsOf(vector, prototypes, taxonomy);
    const words = indexWords(`${text.title ?? ''}\n${text.text.slice(0, LONGEST)}`);
    rows.push({
      ...{ set, topic: text.topic, topics: leaves.map(({ id }) => topic(id)) },
      ...{ impression, count: words.count, words, standings },
      leaves: leaves.map((leaf) => ({
        standing: standings[categories.indexOf(leaf)]!,
        keywords: keywordEvidence(leaf.keywords, words),
      })),
    });
  }
}
for (const set of SETS) await add(set.name, sample(set, folder, MOST), (id) => topicOf(set, id));
const passages = LABELLED.flatMap(([topic, text]) => (topic === null ? [] : [{ label: topic, topic, title: null, text }]));
await add(PASSAGES, passages, (id) => id);
await embedder.close();

const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
console.log(`${modelFolder.id}\n`);
const heads = ['set', 'texts', 'top-1', 'answered', 'of those right', 'likeliest leaf', 'calibration error', 'by chance'];
console.log(`| ${[...heads, 'top-1 left out of the fit', 'calibration error'].join(' | ')} |`);
console.log(`|${'---|'.repeat(heads.length + 2)}`);
for (const set of SETS) {
  const own = rows.filter((row) => row.set === set.name);
  const others = fitFactors(
    rows.filter((row) => row.set !== set.name),
    taxonomy,
  );
  const [shipped, leftOut] = [taxonomy, others].map((factors) => ({
    answers: own.map((row) => answerOf(row, factors)),
    filed: own.map(({ standings, impression, words, topic }) => {
      const scored = categories.map((category, index) => ({ category, standing: standings[index] ?? null }));
      const { category } = classify(scored, { words, impression, factors });
      return { answered: category !== UNCATEGORISED, right: topicOf(set, category) === topic };
    }),
  }));
  const count = (filed: readonly { answered: boolean; right: boolean }[], by: 'answered' | 'right') =>
    filed.filter((one) => one[by]).length;
  const [answered, right] = [count(shipped!.filed, 'answered'), count(shipped!.filed, 'right')];
  const leaf = shipped!.answers.filter((answer) => answer.right).length;
  const shares = [percent(right, own.length), percent(answered, own.length), percent(right, answered), percent(leaf, own.length)];
  const errors = [calibrationError(shipped!.answers), errorByChance(shipped!.answers)].map((error) => error.toFixed(3));
  const out = [percent(count(leftOut!.filed, 'right'), own.length), calibrationError(leftOut!.answers).toFixed(3)];
  console.log(`| ${[set.name, own.length, ...shares, ...errors, ...out].join(' | ')} |`);
}
console.log(
  `\nfitted on all: ${JSON.stringify(fitFactors(rows, taxonomy), (_, value) => (typeof value === 'number' ? Number(value.toFixed(2)) : value))}`,
);
