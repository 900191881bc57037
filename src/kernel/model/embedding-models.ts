/** Models of embeddings, as the database knows them. */
import type { Calibration } from './calibration.ts';
import type { TaxonomyState } from './taxonomy.ts';

/** `building`: documents are being embedded for it. `active`: searches use it. `retired`: its vectors are removed after a day. */
export const MODEL_STATES = ['building', 'active', 'retired'] as const;
export type ModelState = (typeof MODEL_STATES)[number];

/** The model that a start named, by EMBEDDING_MODEL or by default. */
export interface EmbeddingTarget {
  readonly id: string;
  readonly name: string;
}

/** What `settings` holds. */
export type SettingValue = EmbeddingTarget | Calibration | TaxonomyState | number;

/** A model as its folder describes it. */
export interface KnownModel {
  /** The name and a digest of the files. */
  readonly id: string;
  /** Under which versions before the digest stored its vectors. */
  readonly legacyId: string;
  readonly name: string;
  readonly dimensions?: number | null | undefined;
  /** Of its folder on this machine. */
  readonly path?: string | undefined;
  /** Null if they are unknown. */
  readonly languages: readonly string[] | null;
}

/** How long the vectors of a retired model are kept. */
export const RETIRED_KEPT_MS = 24 * 60 * 60 * 1000;
