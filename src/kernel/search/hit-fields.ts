/** What a row of results shows of a document beside its title, by the values that filters and facets use. */
import { present } from '../core/present.ts';
import { toIso } from '../core/time.ts';
import type { SearchHitFields } from './search-request.ts';

export interface FoundDocument {
  readonly contentType: string | null;
  readonly category: string | null;
  readonly language: string | null;
  readonly tags: readonly string[];
  readonly createdAt: number;
}

export const hitFieldsOf = ({ contentType, category, language, tags, createdAt }: FoundDocument): SearchHitFields => ({
  ...present({ type: contentType, category, language }),
  tags,
  created_at: toIso(createdAt),
});
