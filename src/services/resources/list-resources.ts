import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../kernel/core/pagination.ts';
import {
  countResources,
  listSorted,
  positionIn,
  RESOURCE_SORTS,
  type ResourceSort,
  type SortedPosition,
} from '../../kernel/db/resource-list.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { facetsSchema, readFacets } from './facets.ts';
import { LIST_FILTER_FIELDS, toResourceFilter } from './list-filter.ts';
import { resourceSchema, toResourceBody } from './resource-schemas.ts';

/** `-created_at` sorts the other way round. */
const SORTS = RESOURCE_SORTS.flatMap((name) => [name, `-${name}` as const]);

/** Rows that a page may skip: each is read from an index. */
const MAX_OFFSET = 1_000_000;

const flag = (description: string) => z.enum(['true', 'false']).default('false').meta({ description });

const fields = z.object({
  ...LIST_FILTER_FIELDS,
  sort: z.enum(SORTS).default('-created_at').meta({ description: 'Ascending, or with `-` descending' }),
  facets: flag('`true`: adds, for each filter, its 100 most frequent values under the other filters'),
  total: flag('`true`: adds how many resources all pages have'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(2_000).optional(),
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(MAX_OFFSET)
    .optional()
    .meta({ description: 'Skips as many resources: for a list that is scrolled to any place. Excludes `cursor`' }),
});

const input = fields.refine(({ cursor, offset }) => cursor === undefined || offset === undefined, {
  path: ['offset'],
  error: 'stands in place of `cursor`: give one of them',
});

export const listResources = operation({
  name: 'resources.list',
  scope: 'resources:read',
  summary: 'List resources',
  description: 'Newest first unless `sort` says otherwise. `next_cursor` leads to the next page; the last page has none.',
  destructive: false,
  input,
  output: z
    .object({
      resources: z.array(resourceSchema),
      next_cursor: z.string().optional(),
      total: z.int().optional(),
      facets: facetsSchema.optional(),
    })
    .meta({ id: 'ResourcePage' }),
  run: async ({ db, actor }: Pick<AppContext, 'db'> & Caller, given) => {
    const { limit, cursor, offset, facets, total } = given;
    const descending = given.sort.startsWith('-');
    const sort = given.sort.replace('-', '') as ResourceSort;
    const ownerId = actor.userId;
    const filter = toResourceFilter(given);
    // Cursors stay valid while resources are added and deleted.
    const after = cursor === undefined ? undefined : toPosition(cursor, given.sort, sort);
    const fetched = await listSorted(db, { ownerId, filter, sort, descending, after, offset, limit: limit + 1 });
    const rows = fetched.slice(0, limit);
    const last = fetched.length > limit ? rows.at(-1) : undefined;
    return {
      resources: rows.map(toResourceBody),
      ...(last ? { next_cursor: toCursor(given.sort, positionIn(sort, last)) } : {}),
      ...(total === 'true' ? { total: await countResources(db, { ownerId, filter }) } : {}),
      ...(facets === 'true' ? { facets: await readFacets(db, ownerId, filter) } : {}),
    };
  },
});

/** Cursors of the order by age are those of other lists. */
const toCursor = (order: string, { key, id }: SortedPosition) =>
  encodeCursor(order === '-created_at' ? [key, id] : [order, key, id]);

/** Values that the columns hold: PostgreSQL fails on others, such as a fraction for a moment. */
const IS_KEY: Readonly<Record<ResourceSort, (key: unknown) => boolean>> = {
  created_at: Number.isSafeInteger,
  title: (key) => typeof key === 'string',
  // -1 stands for none.
  quality: (key) => typeof key === 'number' && key >= -1 && key <= 1,
};

/** Throws `invalid_input` for a cursor of another order. */
function toPosition(cursor: string, order: string, sort: ResourceSort): SortedPosition {
  const isKey = IS_KEY[sort];
  const isOfOrder = (value: unknown): value is unknown[] => {
    if (!Array.isArray(value)) return false;
    const [key, id, ...more] = order === '-created_at' ? value : value[0] === order ? value.slice(1) : [];
    return isKey(key) && typeof id === 'string' && more.length === 0;
  };
  const value = decodeCursor(cursor, isOfOrder);
  const [key, id] = value.slice(-2) as [string | number, string];
  return { key, id };
}
