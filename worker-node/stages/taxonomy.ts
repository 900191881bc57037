/** The taxonomy stage: files a resource under the categories it is nearest to. */
import { findResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import { updateResource } from '../../src/kernel/db/resources.ts';
import type { Category, Database } from '../../src/kernel/db/types.ts';
import { StageError } from '../../src/kernel/errors.ts';
import type { Clock } from '../../src/kernel/ports.ts';
import { assignedCategory, rankCategories, wordSet } from '../../src/library/taxonomy/score.ts';
import { ensureTaxonomy } from '../../src/library/taxonomy/seed.ts';
import type { Embedder } from '../embedder/embedder.ts';
import type { StageRunner } from '../stage.ts';
import { asStageError } from './as-stage-error.ts';

export interface TaxonomyStageDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly embedder: Pick<Embedder, 'embed' | 'model'>;
}

/** What a category is like, as the model reads it: its examples, a person's corrections among them, count as well. */
const prototypeText = ({ label, description, keywords, examples }: Category) =>
  [label, description, keywords.join(', '), ...examples].join('\n');

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

export function createTaxonomyStage({ db, clock, embedder }: TaxonomyStageDependencies): StageRunner {
  return async function taxonomy({ resource, signal, report }) {
    const { id, ownerId, text, title, edited } = resource;
    if (text === null) throw new StageError('permanent', 'There is no text to categorise');
    const categories = await ensureTaxonomy(db);
    // Without its signal: the embedder remembers these vectors, and the next resource wants the same.
    const prototypes = await embedder
      .embed(categories.map(prototypeText), { priority: 'bulk', kind: 'document' })
      .catch(asStageError);
    signal.throwIfAborted();
    report(60);
    const vector = await findResourceVector(db, id, embedder.model);
    const scored = categories.map((category, i) => {
      const prototype = prototypes[i];
      return { category, cosine: vector && prototype ? dot(vector, prototype) : 0 };
    });
    const ranked = rankCategories(scored, wordSet(`${title ?? ''}\n${text}`));
    return async (tx) => {
      const assigned = edited.includes('category') ? {} : { category: assignedCategory(ranked) };
      await updateResource(tx, { id, ownerId }, { categories: ranked, ...assigned, updatedAt: clock.now() });
    };
  };
}
