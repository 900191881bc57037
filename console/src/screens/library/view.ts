/** Which documents the library shows, and in which order: as the address has it, and as the API is asked for it. */
import type { operations } from '../../../../clients/typescript/src/index.ts';
import { LONGEST } from '../../api/asked.ts';

export const SORTS = ['newest', 'title', 'quality'] as const;
export type Sort = (typeof SORTS)[number];

/** Filters of which several values can be chosen. */
export const FACETS = ['category', 'tag', 'language', 'type'] as const;
export type Facet = (typeof FACETS)[number];

/** The least quality of 100, as the words in the rows divide it. */
export const QUALITIES = [85, 75, 65] as const;

export interface View {
  readonly sort: Sort;
  /** Part of a title. */
  readonly title: string;
  readonly chosen: Readonly<Record<Facet, readonly string[]>>;
  readonly quality?: (typeof QUALITIES)[number] | undefined;
  /** In which documents were added, in UTC. */
  readonly year?: number | undefined;
}

type ListQuery = NonNullable<operations['resourcesList']['parameters']['query']>;
/** Those filters of the list that the library sets; a change of many documents takes the same ones. */
type ListFilter = Pick<ListQuery, Facet | 'title' | 'after' | 'before'> & { readonly min_quality?: number };

/** The API's limits. */
const MAX_VALUES = 20;
const MAX_TITLE = 500;

export const EVERYTHING: View = { sort: 'newest', title: '', chosen: { category: [], tag: [], language: [], type: [] } };

const ORDERS = { newest: '-created_at', title: 'title', quality: '-quality' } as const;

/** What an address does not say, or says wrongly, is as in `EVERYTHING`. */
export function readView(query: URLSearchParams): View {
  const values = (facet: Facet) =>
    [...new Set(query.getAll(facet))].filter((value) => value !== '' && value.length <= LONGEST[facet]).slice(0, MAX_VALUES);
  const year = Number(query.get('year'));
  return {
    sort: SORTS.find((sort) => sort === query.get('sort')) ?? EVERYTHING.sort,
    title: (query.get('title') ?? '').slice(0, MAX_TITLE),
    chosen: { category: values('category'), tag: values('tag'), language: values('language'), type: values('type') },
    quality: QUALITIES.find((least) => String(least) === query.get('quality')),
    year: Number.isInteger(year) && year >= 1970 && year <= 9998 ? year : undefined,
  };
}

/** The address of the view, without what is as in `EVERYTHING`. */
export function addressOf({ sort, title, chosen, quality, year }: View): string {
  const query = new URLSearchParams();
  if (title !== '') query.set('title', title);
  for (const facet of FACETS) for (const value of chosen[facet]) query.append(facet, value);
  if (quality !== undefined) query.set('quality', String(quality));
  if (year !== undefined) query.set('year', String(year));
  if (sort !== EVERYTHING.sort) query.set('sort', sort);
  return query.size === 0 ? '/app/library' : `/app/library?${query}`;
}

/** The address without the order: views of one have the same documents. */
export const matchOf = (view: View): string => addressOf({ ...view, sort: EVERYTHING.sort });

export function filterOf({ title, chosen, quality, year }: View): ListFilter {
  const facets = Object.fromEntries(
    FACETS.filter((facet) => chosen[facet].length > 0).map((facet) => [facet, [...chosen[facet]]]),
  );
  return {
    ...facets,
    ...(title.trim() === '' ? {} : { title: title.trim() }),
    ...(quality === undefined ? {} : { min_quality: quality / 100 }),
    ...(year === undefined ? {} : { after: `${year}-01-01`, before: `${year + 1}-01-01` }),
  };
}

export const orderOf = ({ sort }: View): NonNullable<ListQuery['sort']> => ORDERS[sort];

/** How many filters are set. */
export const countFilters = ({ title, chosen, quality, year }: View): number =>
  FACETS.reduce((sum, facet) => sum + chosen[facet].length, 0) +
  [title.trim() !== '', quality !== undefined, year !== undefined].filter(Boolean).length;

/** Chooses the value, or takes it back. */
export function toggled(view: View, facet: Facet, value: string): View {
  const now = view.chosen[facet];
  const next = now.includes(value) ? now.filter((each) => each !== value) : [...now, value].slice(-MAX_VALUES);
  return { ...view, chosen: { ...view.chosen, [facet]: next } };
}

export const unfiltered = ({ sort }: View): View => ({ ...EVERYTHING, sort });
