/**
 * Finds from which cosine on two documents are related, a number of worker-node/analysis/calibration.ts. `MODEL=<folder or name>
 * IR=<folder of collections> npm run bench:calibration`, each collection with `docs.jsonl` and `qrels.tsv`; without IR what the
 * rule for other models sees. Under a minute for each model. `bench/taxonomy.ts` finds the other numbers.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveModel } from '../src/adapters/model-folder.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { memoryLog } from '../test/support/fakes/doubles.ts';
import { deriveCalibration } from '../worker-node/analysis/calibration.ts';
import { dot } from '../worker-node/analysis/taxonomy/prototype.ts';
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

/* What the rule for models without numbers sees. */
const apart = await cosinesApart(embedder);
const centre = mean(apart);
const spread = Math.sqrt(mean(apart.map((value) => (value - centre) ** 2)));
console.log(`${folder.id}\nexamples with other categories: mean ${centre.toFixed(3)}, deviation ${spread.toFixed(3)}`);
console.log(`by the rule: ${JSON.stringify(deriveCalibration(apart))}`);

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
