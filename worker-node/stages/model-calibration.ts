/** The calibration of a model: known, or derived once by a worker that has the model, and kept in the database. */
import type { Clock } from '../../src/kernel/core/ports.ts';
import { findCalibration, putCalibration } from '../../src/kernel/db/settings.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { flattenTree } from '../../src/services/taxonomy/tree.ts';
import { byRule, type Calibration, deriveCalibration, knownCalibration, UNKNOWN_CALIBRATION } from '../analysis/calibration.ts';
import { DEFAULT_TAXONOMY } from '../analysis/taxonomy/default-tree/index.ts';
import { dot, embedPrototypes } from '../analysis/taxonomy/prototype.ts';
import { leavesOf } from '../analysis/taxonomy/standing.ts';
import type { DocumentEmbedder } from './document-vectors.ts';

/** For who has the model's vectors only. One that is not known is read each time, because another worker may derive it meanwhile. */
export async function calibrationOf(db: Database, model: string): Promise<Calibration> {
  return knownCalibration(model) ?? (await keptCalibration(db, model)) ?? UNKNOWN_CALIBRATION;
}

/** Of what is kept, `related` alone is the model's own: earlier versions kept factors of the taxonomy that no longer apply. */
async function keptCalibration(db: Database, model: string): Promise<Calibration | undefined> {
  const kept = await findCalibration(db, model);
  return kept && byRule(kept.related);
}

/** Derives the calibration of a model that has none. Call it before the first vectors are written. */
export async function ensureCalibration(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  embedder: DocumentEmbedder,
  signal?: AbortSignal,
): Promise<Calibration> {
  const { model } = embedder;
  const found = knownCalibration(model) ?? (await keptCalibration(db, model));
  if (found) return found;
  const calibration = deriveCalibration(await cosinesApart(embedder, signal));
  await putCalibration(db, model, calibration, clock.now());
  return calibration;
}

/** The cosines of the shipped examples with the shipped categories that are not theirs. */
export async function cosinesApart(embedder: DocumentEmbedder, signal?: AbortSignal): Promise<number[]> {
  const embed = (texts: readonly string[]) =>
    embedder.embed(texts, { priority: 'bulk', kind: 'document', ...(signal ? { signal } : {}) });
  const leaves = leavesOf(flattenTree(DEFAULT_TAXONOMY));
  const prototypes = await embedPrototypes(
    leaves.map((leaf) => ({ ...leaf, examples: [] })),
    embed,
  );
  const examples = leaves.flatMap(({ id, examples: texts }) => texts.map((text) => ({ id, text })));
  const vectors = await embed(examples.map(({ text }) => text));
  return examples.flatMap(({ id }, index) =>
    leaves.flatMap((leaf, other) => {
      const [example, prototype] = [vectors[index], prototypes[other]];
      return leaf.id === id || !example || !prototype ? [] : [dot(example, prototype.mean)];
    }),
  );
}
