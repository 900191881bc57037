/** Values of the fields that a query may name, as in `language:en`. */
import { mediaTypesNamed } from '../model/format-lookup.ts';
import { languageCodeOf, languagesNamed } from './language-names.ts';
import type { SearchFilters } from './search-request.ts';

const READERS = {
  category: (value: string) => (value.length > 0 && value.length <= 200 ? { category: [value] } : undefined),
  tag: (value: string) => (value.trim() !== '' && value.length <= 100 ? { tag: [value] } : undefined),
  language: (value: string) => {
    if (/^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$/i.test(value)) return { language: languagesNamed([value.toLowerCase()]) };
    const code = languageCodeOf(value);
    return code === undefined ? undefined : { language: [code] };
  },
  type: (value: string) => {
    const types = value.length <= 200 ? mediaTypesNamed(value) : undefined;
    return types && { type: types };
  },
  after: (value: string) => {
    const after = readMoment(value);
    return after === undefined ? undefined : { after };
  },
  before: (value: string) => {
    const before = readMoment(value);
    return before === undefined ? undefined : { before };
  },
  quality: (value: string) => {
    const minQuality = /^(?:0|1|0?\.\d{1,6}|1\.0{1,6})$/.test(value) ? Number(value) : undefined;
    return minQuality === undefined ? undefined : { minQuality };
  },
} satisfies Record<string, (value: string) => SearchFilters | undefined>;

export type FilterName = keyof typeof READERS;

export const isFilterName = (name: string): name is FilterName => Object.hasOwn(READERS, name);

/** Undefined for a value that the field cannot have. */
export const readFilter = (name: FilterName, value: string): SearchFilters | undefined => READERS[name](value);

const MOMENT = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?)?$/i;

/** Milliseconds of an ISO date (its midnight in UTC), of a month or year (its first), or of a time; UTC unless it says otherwise. */
function readMoment(value: string): number | undefined {
  const [, year, month = '01', day = '01', time = ''] = MOMENT.exec(value) ?? [];
  if (year === undefined) return undefined;
  const date = new Date(`${year}-${month}-${day}`);
  // `2024-02-31` would be the second of March.
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(8, 10) !== day) return undefined;
  if (time === '') return date.getTime();
  const zone = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(time) ? '' : 'Z';
  const moment = Date.parse(`${year}-${month}-${day}${time.toUpperCase().replace(/([+-]\d{2})(\d{2})$/, '$1:$2')}${zone}`);
  return Number.isNaN(moment) ? undefined : moment;
}
