import type { Embedder } from './embedder.ts';

/** The same under the id that the database has for the model: it may be one of versions whose ids had no digest. */
export const named = (embedder: Embedder, id: string): Embedder => ({
  ...embedder,
  model: id,
  get dimensions() {
    return embedder.dimensions;
  },
});
