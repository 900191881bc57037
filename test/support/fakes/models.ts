/** A worker's models for tests that need one model. */

import type { Embedder } from '../../../worker-node/embedder/embedder.ts';
import type { ModelDescription } from '../../../worker-node/embedder/model.ts';
import type { ModelSet } from '../../../worker-node/embedder/models.ts';

export const tinyDescription: ModelDescription = {
  aliases: [],
  maxTokens: 512,
  tokenBudget: 1024,
  oneTextARun: false,
  pooling: 'mean',
};

/** One active model, whose questions and documents share an embedder. */
export const oneModel = (embedder: Embedder): ModelSet => ({
  questions: () => embedder,
  active: () => embedder,
  documents: () => [embedder],
  byId: (id) => (id === embedder.model ? embedder : undefined),
  missing: () => [],
  problems: () => new Map(),
  state: () => [{ id: embedder.model, state: 'active', processes: { documents: embedder.state() } }],
});

/** For the stages, which need less of it. */
export const oneEmbedder = <T extends { readonly model: string }>(embedder: T) => ({
  active: () => embedder,
  documents: () => [embedder],
});
