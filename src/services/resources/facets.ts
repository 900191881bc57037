/** The facets of a list of resources: for each filter, its most frequent values under the others. */
import { z } from 'zod';
import { listCategories } from '../../kernel/db/categories.ts';
import { type Counts, countByColumn, countByTag, countByYear } from '../../kernel/db/resource-facets.ts';
import type { ResourceFilter } from '../../kernel/db/resource-list.ts';
import type { Database } from '../../kernel/db/types.ts';
import { parseContentType } from '../../kernel/model/content-type.ts';
import { definitionOf, formatOfMediaType } from '../../kernel/model/format-lookup.ts';

const MAX_VALUES = 100;

const values = z.array(z.object({ value: z.string(), count: z.int() })).max(MAX_VALUES);

export const facetsSchema = z
  .object({
    category: values.meta({ description: 'With those of their subtrees' }),
    tag: values,
    language: values,
    type: values.meta({ description: 'Media types' }),
    year: values.meta({ description: 'In UTC, of the moment at which they were added' }),
  })
  .meta({ id: 'ResourceFacets' });

export type Facets = z.infer<typeof facetsSchema>;

export async function readFacets(db: Database, ownerId: string, filter: ResourceFilter): Promise<Facets> {
  const { category: _category, ...withoutCategory } = filter;
  const { tag: _tag, ...withoutTag } = filter;
  const { language: _language, ...withoutLanguage } = filter;
  const { type: _type, ...withoutType } = filter;
  const { createdFrom: _from, createdBefore: _before, ...withoutYear } = filter;
  const [category, tag, language, type, year] = await Promise.all([
    countByColumn(db, 'category', { ownerId, filter: withoutCategory }).then((counts) => withAncestors(db, counts)),
    countByTag(db, { ownerId, filter: withoutTag }),
    countByColumn(db, 'language', { ownerId, filter: withoutLanguage }),
    countByColumn(db, 'type', { ownerId, filter: withoutType }).then(byRegisteredType),
    countByYear(db, { ownerId, filter: withoutYear }),
  ]);
  return { category: top(category), tag: top(tag), language: top(language), type: top(type), year: top(year) };
}

/** Most frequent first, equal ones in the order of their values. */
function top(counts: Counts): { value: string; count: number }[] {
  return Array.from(counts, ([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, MAX_VALUES);
}

/** A resource counts for its category and for those above it, as the filter finds it by each. */
async function withAncestors(db: Database, counts: Counts): Promise<Counts> {
  const parents = new Map((await listCategories(db)).map(({ id, parentId }) => [id, parentId]));
  const sums = new Map<string, number>();
  for (const [category, count] of counts) {
    const path = new Set<string>();
    for (let id: string | null = category; id !== null && !path.has(id); id = parents.get(id) ?? null) path.add(id);
    for (const id of path) sums.set(id, (sums.get(id) ?? 0) + count);
  }
  return sums;
}

function byRegisteredType(counts: Counts): Counts {
  const sums = new Map<string, number>();
  for (const [contentType, count] of counts) {
    const { mediaType } = parseContentType(contentType);
    const format = formatOfMediaType(mediaType);
    const type = format ? definitionOf(format).mediaType : mediaType;
    sums.set(type, (sums.get(type) ?? 0) + count);
  }
  return sums;
}
