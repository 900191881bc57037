/** The quality stage: measures an ingested document in six dimensions. */
import { StageError } from '../../src/kernel/core/errors.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { listHeadingPaths } from '../../src/kernel/db/chunks.ts';
import { listLinks } from '../../src/kernel/db/links.ts';
import { updateResource } from '../../src/kernel/db/resources.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { measureQuality } from '../analysis/quality/measure.ts';
import { checkWeights, DEFAULT_QUALITY_WEIGHTS, type QualityWeights } from '../analysis/quality/weights.ts';
import type { StageRunner } from '../pipeline/stage.ts';

export interface QualityStageDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly weights?: QualityWeights;
}

export function createQualityStage({ db, clock, weights = DEFAULT_QUALITY_WEIGHTS }: QualityStageDependencies): StageRunner {
  checkWeights(weights);

  return async function quality({ resource, report }) {
    const { id, ownerId, text, wordCount } = resource;
    if (text === null || wordCount === null) throw new StageError('permanent', 'The document has no text to measure');
    const headingPaths = await listHeadingPaths(db, id);
    const references = new Set((await listLinks(db, id)).map(({ targetKey }) => targetKey));
    report(30);
    const measured = measureQuality(
      { ...resource, text, wordCount, headingPaths, references: [...references], now: clock.now() },
      weights,
    );
    return async (tx) => {
      await updateResource(tx, { id, ownerId }, { quality: measured, qualityScore: measured.total, updatedAt: clock.now() });
    };
  };
}
