/** The taxonomy of a new installation. An admin can replace it as a whole. Resources refer to categories by id. */
import type { CategoryNode } from './category.ts';
import { ARTS, SPORT, TRAVEL } from './leisure.ts';
import { ENVIRONMENT, FOOD, HEALTH, HOME } from './living.ts';
import { SCIENCE } from './science.ts';
import { BUSINESS, MEDIA, SOCIETY } from './society.ts';
import { TECHNOLOGY } from './technology.ts';

export type { CategoryNode };

export const DEFAULT_TAXONOMY: readonly CategoryNode[] = [
  ...[TECHNOLOGY, SCIENCE, HEALTH, ENVIRONMENT, BUSINESS, SOCIETY],
  ...[ARTS, FOOD, TRAVEL, SPORT, HOME, MEDIA],
];
