/** Lists of an owner's resources: filters, orders, pages. */
import { and, asc, count, desc, eq, gt, gte, inArray, like, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Position } from '../core/pagination.ts';
import type { StageStatus } from '../model/stages.ts';
import { containsText } from './contains-text.ts';
import { jsonContains } from './json-contains.ts';
import { olderThan } from './pagination.ts';
import { type ResourceSummary, resourceSummary } from './resources.ts';
import { resources } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/** One value, or several of which a resource has at least one. */
type OneOf = string | readonly string[];

export interface ResourceFilter {
  readonly status?: StageStatus | readonly StageStatus[] | undefined;
  /** Resources in its subtree pass, too. */
  readonly category?: OneOf | undefined;
  readonly tag?: OneOf | undefined;
  readonly minQuality?: number | undefined;
  readonly language?: OneOf | undefined;
  /** Media types. */
  readonly type?: OneOf | undefined;
  /** Added at or after this moment, and before that one. */
  readonly createdFrom?: number | undefined;
  readonly createdBefore?: number | undefined;
  /** A substring of what a resource is listed by: its title, else its file name, else its URL; case-insensitive. */
  readonly title?: string | undefined;
  /** A substring of the title, description, summary or URL, case-insensitive. */
  readonly text?: string | undefined;
}

export const RESOURCE_SORTS = ['created_at', 'title', 'quality'] as const;
export type ResourceSort = (typeof RESOURCE_SORTS)[number];

/** Where a page in some order ended. */
export interface SortedPosition {
  readonly key: string | number;
  readonly id: string;
}

/** What a resource is sorted by, in the words of the indexes. */
const SORT_KEYS: Readonly<Record<ResourceSort, SQL>> = {
  created_at: sql`${resources.createdAt}`,
  title: sql`coalesce(${resources.titleKey}, '')`,
  quality: sql`coalesce(${resources.qualityScore}, -1)`,
};

/** The position of a resource in an order. */
export function positionIn(sort: ResourceSort, { id, createdAt, titleKey, qualityScore }: ResourceSummary): SortedPosition {
  const keys = { created_at: createdAt, title: titleKey ?? '', quality: qualityScore ?? -1 };
  return { key: keys[sort], id };
}

/** A page of the owner's resources behind the position `after`. Equal keys are ordered by id. */
export async function listSorted(
  db: Database,
  {
    ownerId,
    filter,
    sort,
    descending,
    after,
    offset = 0,
    limit,
  }: {
    readonly ownerId: string;
    readonly filter: ResourceFilter;
    readonly sort: ResourceSort;
    readonly descending: boolean;
    readonly after?: SortedPosition | undefined;
    /** How many to skip. */
    readonly offset?: number | undefined;
    readonly limit: number;
  },
): Promise<ResourceSummary[]> {
  const key = SORT_KEYS[sort];
  const [within, beyond, order] = descending ? [lte, lt, desc] : [gte, gt, asc];
  const { id } = resources;
  // The first condition is what an index can seek.
  const behind = after && and(within(key, after.key), or(beyond(key, after.key), beyond(id, after.id)));
  return await db
    .select(resourceSummary)
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), behind, ...conditionsOf(filter)))
    .orderBy(order(key), order(id))
    .limit(limit)
    .offset(offset);
}

/** A page of the owner's resources below the position `after`, newest first. */
export async function listResources(
  db: Database,
  { ownerId, filter, after, limit }: { ownerId: string; filter: ResourceFilter; after?: Position | undefined; limit: number },
): Promise<ResourceSummary[]> {
  return await db
    .select(resourceSummary)
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), ...conditionsOf(filter), olderThan(resources, after)))
    .orderBy(desc(resources.createdAt), desc(resources.id))
    .limit(limit);
}

/** The number of the owner's resources that the filter lets pass, below the position `after`. */
export async function countResources(
  db: Database,
  { ownerId, filter, after }: { ownerId: string; filter: ResourceFilter; after?: Position | undefined },
): Promise<number> {
  const [row] = await db
    .select({ count: count() })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), ...conditionsOf(filter), olderThan(resources, after)));
  return row?.count ?? 0;
}

const listedTitle = sql`coalesce(${resources.title}, ${resources.filename}, ${resources.url}, '')`;

/** What the list's filter searches. */
const listedText = sql`coalesce(${resources.title}, '') || ' ' || coalesce(${resources.description}, '') || ' ' ||
  coalesce(${resources.summary}, '') || ' ' || coalesce(${resources.url}, '')`;

/** The conditions of the filter. */
export function conditionsOf(filter: ResourceFilter): (SQL | undefined)[] {
  const { minQuality, createdFrom, createdBefore, title, text } = filter;
  return [
    oneOf(filter.status, (statuses) => inArray(resources.status, [...statuses] as StageStatus[])),
    oneOf(filter.category, inSubtrees),
    oneOf(filter.tag, (tags) => or(...tags.map((tag) => jsonContains(resources.tags, tag)))),
    minQuality === undefined ? undefined : gte(resources.qualityScore, minQuality),
    oneOf(filter.language, (languages) => inArray(resources.language, [...languages])),
    // Before a document has been read, its type may have a charset.
    oneOf(filter.type, (types) =>
      or(...types.flatMap((type) => [eq(resources.contentType, type), like(resources.contentType, `${type};%`)])),
    ),
    createdFrom === undefined ? undefined : gte(resources.createdAt, createdFrom),
    createdBefore === undefined ? undefined : lt(resources.createdAt, createdBefore),
    title === undefined ? undefined : containsText(listedTitle, title),
    text === undefined ? undefined : containsText(listedText, text),
  ];
}

function oneOf(value: OneOf | undefined, condition: (values: readonly string[]) => SQL | undefined): SQL | undefined {
  return value === undefined ? undefined : condition(typeof value === 'string' ? [value] : value);
}

/** Whether the category is one of `ids` or below one. An id that the taxonomy has no longer matches itself. */
function inSubtrees(ids: readonly string[]): SQL {
  const roots = sql.join(
    ids.map((id) => sql`select cast(${id} as text)`),
    sql` union `,
  );
  return sql`${resources.category} in (
    with recursive subtree(id) as (
      ${roots} union select child.id from categories child join subtree on child.parent_id = subtree.id
    ) select id from subtree)`;
}
