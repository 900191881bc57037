/** Jobs of the kind `relate`: write the edges of similarity of documents that are embedded for a model. */
import { documentsUnrelated, findResourceEmbedding, markRelated } from '../../src/kernel/db/resource-embeddings.ts';
import { findResourceOfJob } from '../../src/kernel/db/resources.ts';
import type { JobRunner } from '../pipeline/job-runner.ts';
import type { NearestDocuments } from '../stages/nearest-documents.ts';
import { similarEdges, writeSimilarEdges } from '../stages/similar-edges.ts';
import { createSliceJob, type SliceDependencies, sliceKind } from './slices.ts';

export const RELATE = sliceKind('relate');

export interface RelateDependencies extends SliceDependencies {
  /** Default: the database finds them. */
  readonly nearest?: NearestDocuments | undefined;
}

export function createRelateJob(dependencies: RelateDependencies): JobRunner {
  const { db, clock, nearest } = dependencies;

  return createSliceJob(dependencies, RELATE, {
    list: documentsUnrelated,
    isOpen: async (tx, { id }, model) => {
      const row = await findResourceEmbedding(tx, { resourceId: id, model });
      return row !== undefined && row.error === null && row.relatedAt === null;
    },
    open:
      (model) =>
      async ({ id }) => {
        const resource = await findResourceOfJob(db, id);
        const { edges } = resource ? await similarEdges(db, resource, { model, now: clock.now(), nearest }) : { edges: [] };
        return (tx) => writeSimilarEdges(tx, id, { model, edges, now: clock.now() });
      },
    // Without edges, but it does not hold up the switch of the model.
    giveUp: (tx, { id }, model) => markRelated(tx, { resourceId: id, model, now: clock.now() }),
  });
}
