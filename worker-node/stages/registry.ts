/** The runner of each stage of kernel/model/stage-registry.ts. */
import { everyStage, type Stage } from '../../src/kernel/model/stages.ts';
import type { StageRunner, StageRunners } from '../pipeline/stage.ts';
import { createEmbeddingStage, type EmbeddingStageDependencies } from './embedding.ts';
import { createGraphStage, type GraphStageDependencies } from './graph.ts';
import { createIngestionStage, type IngestionStageDependencies } from './ingestion.ts';
import { createQualityStage, type QualityStageDependencies } from './quality.ts';
import { createTaxonomyStage, type TaxonomyStageDependencies } from './taxonomy.ts';

/** What the runners of all stages need together. */
export type StageDependencies = IngestionStageDependencies &
  QualityStageDependencies &
  TaxonomyStageDependencies &
  GraphStageDependencies &
  EmbeddingStageDependencies;

const RUNNERS: Readonly<Record<Stage, (dependencies: StageDependencies) => StageRunner>> = {
  ingestion: createIngestionStage,
  quality: createQualityStage,
  taxonomy: createTaxonomyStage,
  graph: createGraphStage,
  embedding: createEmbeddingStage,
};

export const createStageRunners = (dependencies: StageDependencies): StageRunners =>
  everyStage((stage) => RUNNERS[stage](dependencies));
