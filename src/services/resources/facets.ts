/** The facets of a list of resources: for each filter, its most frequent values under the others. */
import { z } from 'zod';
import { listCategories } from '../../kernel/db/categories.ts';
import { type Counts, countFacets, FACETS, type Facet } from '../../kernel/db/resource-facets.ts';
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

/** The fields of the filter that choose a facet's values. */
const CHOSEN_BY = {
  category: ['category'],
  tag: ['tag'],
  language: ['language'],
  type: ['type'],
  year: ['createdFrom', 'createdBefore'],
} as const satisfies Readonly<Record<Facet, readonly (keyof ResourceFilter)[]>>;

export async function readFacets(db: Database, ownerId: string, filter: ResourceFilter): Promise<Facets> {
  const isChosen = (facet: Facet) => CHOSEN_BY[facet].some((field) => filter[field] !== undefined);
  // Facets of which no value is chosen have the same filter, and are counted together.
  const passes = [FACETS.filter((facet) => !isChosen(facet)), ...FACETS.filter(isChosen).map((facet) => [facet])];
  const counted = await Promise.all(
    passes.map((facets) => {
      const left = new Set<string>(facets.flatMap((facet) => CHOSEN_BY[facet]));
      const others = Object.fromEntries(Object.entries(filter).filter(([field]) => !left.has(field)));
      return countFacets(db, { ownerId, filter: others, facets });
    }),
  );
  const counts = new Map(counted.flatMap((each) => [...each]));
  const of = (facet: Facet) => counts.get(facet) ?? new Map<string, number>();
  return {
    category: top(await withAncestors(db, of('category'))),
    tag: top(of('tag')),
    language: top(of('language')),
    type: top(byRegisteredType(of('type'))),
    year: top(of('year')),
  };
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
