/** Reads what people type into a search: words, `"phrases"`, `-excluded` ones, and fields as in `tag:news`. */
import { type FilterName, isFilterName, readFilter } from './filter-values.ts';
import { MAX_FILTER_VALUES, type SearchFilters } from './search-request.ts';

export interface ParsedQuery {
  /** Words and phrases, without quotation marks and operators. */
  readonly text: string;
  readonly phrases: readonly string[];
  /** Words or phrases after `-`. */
  readonly excluded: readonly string[];
  readonly filters: SearchFilters;
}

/** A range of the query and what it says. The parts of a query cover it without a gap. */
export interface QueryPart {
  readonly kind: 'text' | 'phrase' | 'excluded' | 'filter';
  readonly start: number;
  readonly end: number;
  /** Without marks, the field and `-`. */
  readonly value: string;
  readonly field?: FilterName;
}

/**
 * Only a listed field followed by a valid value without a blank (or in quotes) is an operator, and `-` only before a letter or
 * a quote. Everything else is text: `C:\dir`, `time: 3pm`, `a - b`, `-5`, a quote that is not closed.
 */
export function parseSearchQuery(query: string): ParsedQuery {
  const parts = splitQuery(query);
  const values = (kind: QueryPart['kind']) => parts.filter((part) => part.kind === kind).map(({ value }) => value);
  const said = parts.filter(({ kind }) => kind === 'text' || kind === 'phrase').map(({ value }) => value);
  return {
    text: said.join(' ').replace(/\s+/g, ' ').trim(),
    phrases: values('phrase'),
    excluded: values('excluded'),
    filters: filtersOf(parts),
  };
}

export function splitQuery(query: string): QueryPart[] {
  const parts: QueryPart[] = [];
  const counts = new Map<FilterName, number>();
  const quotes = new Quotes(query);
  let textFrom = 0;
  let at = 0;
  while (at < query.length) {
    const part = isBoundary(query, at) ? operatorAt(query, at, quotes, counts) : undefined;
    if (part === undefined) {
      at++;
      continue;
    }
    if (textFrom < at) parts.push({ kind: 'text', start: textFrom, end: at, value: query.slice(textFrom, at) });
    parts.push(part);
    at = part.end;
    textFrom = at;
  }
  if (textFrom < at) parts.push({ kind: 'text', start: textFrom, end: at, value: query.slice(textFrom, at) });
  return parts;
}

/** An operator begins the query, or follows a blank, a bracket, a comma or a closing quote. */
const isBoundary = (query: string, at: number) => at === 0 || /[\s([{,;"”“]/.test(query[at - 1] ?? '');

function operatorAt(query: string, at: number, quotes: Quotes, counts: Map<FilterName, number>): QueryPart | undefined {
  const first = query[at] ?? '';
  if (Quotes.isQuote(first)) {
    const end = quotes.closing(at);
    return end === undefined ? undefined : { kind: 'phrase', start: at, end: end + 1, value: query.slice(at + 1, end) };
  }
  if (first === '-') return excludedAt(query, at, quotes);
  return /[a-z]/i.test(first) ? filterAt(query, at, quotes, counts) : undefined;
}

function excludedAt(query: string, at: number, quotes: Quotes): QueryPart | undefined {
  if (Quotes.isQuote(query[at + 1] ?? '')) {
    const end = quotes.closing(at + 1);
    return end === undefined ? undefined : { kind: 'excluded', start: at, end: end + 1, value: query.slice(at + 2, end) };
  }
  if (!/^\p{L}/u.test(query.slice(at + 1, at + 3))) return undefined;
  const end = endOfWord(query, at + 1);
  return { kind: 'excluded', start: at, end, value: query.slice(at + 1, end) };
}

/** `category:`, the longest field, is 9 units. */
const LONGEST_FIELD = 9;
/** No field has longer values (`filter-values.ts`); UTF-16 units. */
const LONGEST_VALUE = 200;

function filterAt(query: string, at: number, quotes: Quotes, counts: Map<FilterName, number>): QueryPart | undefined {
  const colon = query.slice(at, at + LONGEST_FIELD).indexOf(':');
  const field = query.slice(at, at + colon).toLowerCase();
  if (colon === -1 || !isFilterName(field)) return undefined;
  const from = at + colon + 1;
  const isQuoted = Quotes.isQuote(query[from] ?? '');
  const closing = isQuoted ? quotes.closing(from) : endOfWord(query, from, from + LONGEST_VALUE + 1);
  if (closing === undefined || closing - from > LONGEST_VALUE + 1) return undefined;
  const value = query.slice(isQuoted ? from + 1 : from, closing);
  const count = counts.get(field) ?? 0;
  if (count >= MAX_FILTER_VALUES || readFilter(field, value) === undefined) return undefined;
  counts.set(field, count + 1);
  return { kind: 'filter', field, start: at, end: isQuoted ? closing + 1 : closing, value };
}

function endOfWord(query: string, start: number, most = query.length): number {
  let end = start;
  while (end < Math.min(most, query.length) && !/[\s"]/.test(query[end] ?? '')) end++;
  return end;
}

/** Finds closing quotes in time linear in the query: where none follows, none follows later. */
class Quotes {
  static readonly #OPENING = '"“„＂';
  static readonly #CLOSING = /["”“＂]/g;
  readonly #query: string;
  #noneFrom = Number.POSITIVE_INFINITY;

  constructor(query: string) {
    this.#query = query;
  }

  static isQuote(character: string): boolean {
    return character !== '' && Quotes.#OPENING.includes(character);
  }

  /** The quote that closes the one at `opening`, with a letter or digit between them and none right behind it. */
  closing(opening: number): number | undefined {
    if (opening >= this.#noneFrom) return undefined;
    Quotes.#CLOSING.lastIndex = opening + 1;
    const found = Quotes.#CLOSING.exec(this.#query);
    if (!found) {
      this.#noneFrom = opening;
      return undefined;
    }
    return /[\p{L}\p{N}\p{Co}\p{Emoji_Presentation}]/u.test(this.#query.slice(opening + 1, found.index))
      ? found.index
      : undefined;
  }
}

function filtersOf(parts: readonly QueryPart[]): SearchFilters {
  let filters: { -readonly [K in keyof SearchFilters]: SearchFilters[K] } = {};
  for (const { field, value } of parts) {
    const read = field === undefined ? undefined : readFilter(field, value);
    if (read !== undefined) filters = { ...filters, ...narrowed(filters, read) };
  }
  return filters;
}

/** Several values of a field are alternatives, of several limits the narrowest holds. */
function narrowed(filters: SearchFilters, read: SearchFilters): SearchFilters {
  const { after, before, minQuality } = read;
  if (after !== undefined) return { after: Math.max(after, filters.after ?? after) };
  if (before !== undefined) return { before: Math.min(before, filters.before ?? before) };
  if (minQuality !== undefined) return { minQuality: Math.max(minQuality, filters.minQuality ?? minQuality) };
  for (const name of ['category', 'tag', 'language', 'type'] as const) {
    if (read[name] !== undefined) return { [name]: [...new Set([...(filters[name] ?? []), ...read[name]])] };
  }
  return {};
}
