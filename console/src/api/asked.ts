/** A question with its mode, order and filters, as the address of the search screen holds it. */
import type { SearchQuery } from '../../../clients/typescript/src/index.ts';

export const MODES = ['hybrid', 'semantic', 'keyword'] as const;
export const SORTS = ['relevance', 'date', 'title'] as const;
export const LISTS = ['category', 'tag', 'language', 'type'] as const;
export type ListName = (typeof LISTS)[number];

export interface Asked extends Readonly<Record<ListName, readonly string[]>> {
  readonly q: string;
  readonly mode: (typeof MODES)[number];
  readonly sort: (typeof SORTS)[number];
  /** First and last year in which a document was added. */
  readonly years: readonly [first: number, last: number] | undefined;
}

export const NOTHING: Asked = {
  ...{ q: '', mode: 'hybrid', sort: 'relevance', years: undefined },
  ...{ category: [], tag: [], language: [], type: [] },
};

const MAX_QUESTION = 4_000;
const MAX_VALUES = 20;
/** The API's longest value of each filter. */
export const LONGEST: Readonly<Record<ListName, number>> = { category: 200, tag: 100, language: 35, type: 200 };

const oneOf = <T extends string>(values: readonly T[], given: string | null): T =>
  values.find((value) => value === given) ?? (values[0] as T);

/** Reads what an address says, and leaves out what it cannot mean. */
export function readAsked(query: URLSearchParams): Asked {
  const list = (name: ListName) =>
    [...new Set(query.getAll(name).filter((value) => value !== '' && value.length <= LONGEST[name]))].slice(0, MAX_VALUES);
  return {
    q: (query.get('q') ?? '').slice(0, MAX_QUESTION),
    mode: oneOf(MODES, query.get('mode')),
    sort: oneOf(SORTS, query.get('sort')),
    years: readYears(query.get('year')),
    ...{ category: list('category'), tag: list('tag'), language: list('language'), type: list('type') },
  };
}

function readYears(given: string | null): Asked['years'] {
  const [, first, last = first] = /^(\d{4})(?:-(\d{4}))?$/.exec(given ?? '') ?? [];
  if (first === undefined || Number(first) === 0 || Number(last) < Number(first)) return undefined;
  return [Number(first), Number(last)];
}

/** Without what is as usual, so that a plain question has a plain address. */
export function writeAsked({ q, mode, sort, years, ...lists }: Asked): URLSearchParams {
  const query = new URLSearchParams();
  if (q !== '') query.set('q', q);
  if (mode !== 'hybrid') query.set('mode', mode);
  if (sort !== 'relevance') query.set('sort', sort);
  for (const name of LISTS) for (const value of lists[name]) query.append(name, value);
  if (years) query.set('year', years[0] === years[1] ? String(years[0]) : years.join('-'));
  return query;
}

export const addressOf = (asked: Asked): string => {
  const query = writeAsked(asked).toString();
  return query === '' ? '/app/search' : `/app/search?${query}`;
};

const year = (value: number) => `${String(value).padStart(4, '0')}-01-01`;

/** What the API is asked beside the question. */
export function toQuery({ mode, sort, years, ...asked }: Asked): SearchQuery {
  const lists = Object.fromEntries(LISTS.flatMap((name) => (asked[name].length > 0 ? [[name, [...asked[name]]]] : [])));
  // The API takes years up to 9999, so the last one has no year after it.
  const before = years && years[1] < 9_999 ? { before: year(years[1] + 1) } : {};
  return { mode, sort, ...lists, ...(years ? { after: year(years[0]), ...before } : {}) };
}

export const countFilters = (asked: Asked): number => LISTS.reduce((sum, name) => sum + asked[name].length, asked.years ? 1 : 0);

/** The value is chosen, or not any more. */
export function toggled(asked: Asked, name: ListName, value: string): Asked {
  const values = asked[name];
  return { ...asked, [name]: values.includes(value) ? values.filter((one) => one !== value) : [...values, value] };
}

/** A year is chosen; one outside of the chosen years extends them, and the only one is given up. */
export function withYears({ years, ...asked }: Asked, first: number, last: number): Asked {
  const isOnly = years?.[0] === first && years[1] === last;
  if (isOnly) return { ...asked, years: undefined };
  const isInside = years && first >= years[0] && last <= years[1];
  if (!years || isInside) return { ...asked, years: [first, last] };
  return { ...asked, years: [Math.min(years[0], first), Math.max(years[1], last)] };
}
