/**
 * Finds a model's numbers of worker-node/analysis/calibration.ts. `MODEL=<folder or name> node bench/calibration.ts`, or
 * `npm run bench:calibration`; with IR=<folder> of collections (`docs.jsonl`, `qrels.tsv`) also where documents are related.
 * Under a minute for each model.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveModel } from '../src/adapters/model-folder.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { memoryLog } from '../test/support/fakes/doubles.ts';
import { LABELLED } from '../test/support/fixtures/labelled-passages.ts';
import { deriveCalibration, knownCalibration } from '../worker-node/analysis/calibration.ts';
import { DEFAULT_TAXONOMY } from '../worker-node/analysis/taxonomy/default-tree.ts';
import { dot, embedPrototypes } from '../worker-node/analysis/taxonomy/prototype.ts';
import { keywordEvidence, wordSet } from '../worker-node/analysis/taxonomy/score.ts';
import { flattenTree } from '../worker-node/analysis/taxonomy/seed.ts';
import { createEmbedder } from '../worker-node/embedder/embedder.ts';
import { forkInference } from '../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../worker-node/embedder/model.ts';
import { cosinesApart } from '../worker-node/stages/model-calibration.ts';

const folder = await resolveModel({ model: process.env.MODEL ?? 'all-MiniLM-L6-v2' });
const embedder = createEmbedder({
  model: await loadModel(folder),
  start: forkInference,
  log: memoryLog(),
  clock: systemClock,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
});
const embed = async (texts: readonly string[]) => {
  const vectors: Float32Array[] = [];
  for (let from = 0; from < texts.length; from += 64)
    vectors.push(...(await embedder.embed(texts.slice(from, from + 64), { priority: 'bulk', kind: 'document' })));
  return vectors;
};
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

const all = flattenTree(DEFAULT_TAXONOMY);
const parents = new Set(all.map(({ parentId }) => parentId));
const leaves = all.filter(({ id }) => !parents.has(id));
const prototypes = await embedPrototypes(knownCalibration(folder.id)?.prototypes ?? 'mean', leaves, embed);
const passages = await embed(LABELLED.map(([, text]) => text));

/* What the rule for models without numbers sees. */
const apart = await cosinesApart(embedder);
const centre = mean(apart);
const spread = Math.sqrt(mean(apart.map((value) => (value - centre) ** 2)));
console.log(`${folder.id}\nexamples with other categories: mean ${centre.toFixed(3)}, deviation ${spread.toFixed(3)}`);
console.log(`by the rule: ${JSON.stringify(deriveCalibration(apart))}`);

/* The taxonomy's logits, by maximum likelihood. */
interface Row {
  readonly cosines: readonly number[];
  readonly keywords: readonly number[];
  /** Of the leaf; -1 is none. */
  readonly label: number;
}
const rows: Row[] = LABELLED.map(([label, text], index) => {
  const words = wordSet(text);
  return {
    cosines: prototypes.map((prototype) => Math.max(0, dot(passages[index]!, prototype))),
    keywords: leaves.map((leaf) => keywordEvidence(leaf.keywords, words)),
    label: leaves.findIndex(({ id }) => id === label),
  };
});
type Numbers = readonly [cosine: number, keywords: number, none: number];
function probabilities({ cosines, keywords }: Row, [k, w, none]: Numbers): { leaves: number[]; none: number } {
  const logits = cosines.map((cosine, index) => k * cosine + w * keywords[index]!);
  const highest = Math.max(none, ...logits);
  const weights = logits.map((logit) => Math.exp(logit - highest));
  const total = weights.reduce((a, b) => a + b, Math.exp(none - highest));
  return { leaves: weights.map((weight) => weight / total), none: Math.exp(none - highest) / total };
}
/** Six passages have no topic, and 63 have one; a library has more texts without one than a tenth. */
const NAMELESS_WEIGHT = Number(process.env.NW ?? 3);
const loss = (some: readonly Row[], numbers: Numbers) =>
  -some.reduce((sum, row) => {
    const p = probabilities(row, numbers);
    return (
      sum +
      (row.label < 0 ? NAMELESS_WEIGHT * Math.log(Math.max(1e-12, p.none)) : Math.log(Math.max(1e-12, p.leaves[row.label]!)))
    );
  }, 0);
/** Coordinate descent: the likelihood is concave in three numbers. */
function fitted(some: readonly Row[], start: Numbers = [30, 4, 8]): Numbers {
  let numbers = start;
  let best = loss(some, numbers);
  for (let step = 0.3; step > 0.002; ) {
    let improved = false;
    for (const direction of [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, 0, 1],
      [1, 1, 1],
      [0, 1, 1],
    ] as const)
      for (const sign of [1, -1]) {
        const next = numbers.map((value, index) => value * (1 + sign * step * direction[index]!)) as unknown as Numbers;
        const value = loss(some, next);
        if (value < best - 1e-6) [numbers, best, improved] = [next, value, true];
      }
    if (!improved) step /= 2;
  }
  return numbers;
}
function right(some: readonly Row[], numbers: Numbers): number {
  return some.filter((row) => {
    const p = probabilities(row, numbers).leaves;
    const best = p.indexOf(Math.max(...p));
    return p[best]! >= 0.3 ? best === row.label : row.label === -1;
  }).length;
}
const [cosine, keywords, none] = fitted(rows);
const leftOut = rows.map((row, index) =>
  right(
    [row],
    fitted(
      rows.filter((_, other) => other !== index),
      [cosine, keywords, none],
    ),
  ),
);
console.log(
  `taxonomy: cosine ${cosine.toFixed(1)}, keywords ${keywords.toFixed(1)}, none ${none.toFixed(1)} (at a cosine of ${(none / cosine).toFixed(3)}); ` +
    `right ${right(rows, [cosine, keywords, none])} of ${rows.length}, leaving one out ${leftOut.reduce((a, b) => a + b, 0)}`,
);
console.log(
  `  in the rule's terms: none at mean + ${((none / cosine - centre) / spread).toFixed(2)} deviations, slope ${(cosine * spread).toFixed(2)} a deviation`,
);

for (let more = 0; more <= 3; more += 0.25) {
  const numbers: Numbers = [cosine, keywords, none + more];
  const named = rows.filter(({ label }) => label >= 0);
  const nameless = rows.filter(({ label }) => label < 0);
  console.log(
    `  none ${(none + more).toFixed(2)}: ${right(named, numbers)} of ${named.length} named, ${right(nameless, numbers)} of ${nameless.length} without a topic`,
  );
}

/* Documents of a category beside its description. */
const own: number[] = [];
const example: number[] = [];
const other: number[] = [];
for (const [i, a] of rows.entries())
  if (a.label >= 0) {
    own.push(dot(passages[i]!, prototypes[a.label]!));
    for (const [j, b] of rows.entries())
      if (i !== j && b.label >= 0) (a.label === b.label ? example : other).push(dot(passages[i]!, passages[j]!));
  }
console.log(
  `cosine of a passage with its category ${mean(own).toFixed(3)}, with one of the same category ${mean(example).toFixed(3)}, of another ${mean(other).toFixed(3)}`,
);

/* From which cosine on two documents are related: judged relevant to one question, against documents of other questions. */
if (process.env.IR) {
  const related: number[] = [];
  const unrelated: number[] = [];
  const collections: Float32Array[][] = [];
  for (const name of ['cran', 'cisi', 'npl']) {
    const lines = (file: string) =>
      readFileSync(join(process.env.IR!, name, file), 'utf8')
        .trim()
        .split('\n');
    const byQuery = Map.groupBy(
      lines('qrels.tsv')
        .map((line) => line.split('\t'))
        .filter(([, , gain]) => Number(gain) > 0),
      ([query]) => query!,
    );
    const docs = new Map(
      lines('docs.jsonl')
        .map((line) => JSON.parse(line) as { id: string; title?: string; text: string })
        .map((doc) => [String(doc.id), doc]),
    );
    const groups = [...byQuery.values()].slice(0, 60).map((rows) =>
      rows
        .slice(0, 4)
        .map(([, id]) => id!)
        .filter((id) => docs.has(id)),
    );
    const ids = [...new Set(groups.flat())];
    const texts = ids.map((id) => `${docs.get(id)!.title ?? ''}\n${docs.get(id)!.text}`.slice(0, 900));
    const vectors = new Map((await embed(texts)).map((vector, index) => [ids[index]!, vector]));
    collections.push([...vectors.values()]);
    for (const [g, group] of groups.entries()) {
      for (const [i, a] of group.entries())
        for (const b of group.slice(i + 1)) if (a !== b) related.push(dot(vectors.get(a)!, vectors.get(b)!));
      for (const a of group)
        for (const b of groups[(g + 17) % groups.length]!)
          if (!group.includes(b)) unrelated.push(dot(vectors.get(a)!, vectors.get(b)!));
    }
  }
  const across = collections[0]!.flatMap((a, i) => [
    dot(a, collections[1]![i % collections[1]!.length]!),
    dot(a, collections[2]![i % collections[2]!.length]!),
  ]);
  const separate = (far: readonly number[]) => {
    let best = { at: 0, accuracy: 0 };
    for (let at = -0.2; at < 1; at += 0.005) {
      const accuracy =
        (related.filter((value) => value >= at).length / related.length + far.filter((value) => value < at).length / far.length) /
        2;
      if (accuracy > best.accuracy) best = { at, accuracy };
    }
    return best;
  };
  for (const [name, far] of [
    ['another question of the field', unrelated],
    ['another field', across],
  ] as const) {
    const { at, accuracy } = separate(far);
    console.log(
      `related ${mean(related).toFixed(3)}, ${name} ${mean(far).toFixed(3)}: apart at ${at.toFixed(3)} (balanced accuracy ${accuracy.toFixed(3)})`,
    );
  }
}
await embedder.close();
