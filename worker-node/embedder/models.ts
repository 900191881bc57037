/** The models of a worker, as its roles use them. */
import type { Embedder, EmbedderState } from './embedder.ts';

export interface ModelSet {
  /**
   * Embeds questions, in a process of its own. Its model may be one that was active before, until this worker has loaded the
   * active one. Throws AppError `unavailable` where the worker has neither.
   */
  questions(): Embedder;
  /** Embeds documents by the active model. Throws AppError `unavailable` where the worker does not have it. */
  active(): Embedder;
  /** Embeds documents: one for every model that is not retired and that this worker has, the active one first. */
  documents(): readonly Embedder[];
  /** The one of `documents` with this id. */
  byId(id: string): Embedder | undefined;
  /** Ids of models that are not retired and whose folder is not here. */
  missing(): readonly string[];
  /** By the id of a model that is not retired: why this worker cannot use it, or not after its next start. */
  problems(): ReadonlyMap<string, string>;
  /** Of every model that is not retired and that this worker has, the active one first. */
  state(): readonly ModelState[];
}

export interface ModelState {
  readonly id: string;
  readonly state: 'active' | 'building';
  /** By process. Only the active model, and one that is about to be, has a process for questions. */
  readonly processes: { readonly documents: EmbedderState; readonly questions?: EmbedderState };
}
