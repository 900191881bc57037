/** Categories: how documents name them, and the bounds of their tree. */

/** A category assigned by the taxonomy stage, as the `categories` column stores it. */
export interface CategoryScore {
  readonly id: string;
  readonly label: string;
  /** 0 to 1. */
  readonly confidence: number;
}

/** Stands in place of a category's id where a document fits none. */
export const UNCATEGORISED = 'uncategorised';

export interface TaxonomyState {
  /** Counts the trees of this installation. */
  readonly version: number;
  /** Whether the tree is one that Pharos came with, or an admin's. */
  readonly origin: 'default' | 'admin';
}

/** A category of a tree. Documents refer to it by its id. */
export interface TaxonomyNode {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly keywords: readonly string[];
  /** Titles or sentences of documents that belong here. */
  readonly examples: readonly string[];
  readonly children: readonly TaxonomyNode[];
}

export const TAXONOMY_BOUNDS = {
  categories: 500,
  /** Levels, that of the roots included. */
  depth: 6,
  id: 64,
  label: 100,
  description: 1_000,
  keywords: 100,
  keyword: 60,
  examples: 50,
  example: 300,
} as const;

/** Words of small letters and digits, joined by a dot or a hyphen. */
export const CATEGORY_ID = /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/;
