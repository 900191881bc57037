/** Filters over the columns of documents, and facets under them. */
import type { FacetName, FacetValue, SearchFilters } from '../../../src/kernel/search/search-request.ts';
import { type Attributes, metadataLabel, NO_LABEL } from './attributes.ts';
import type { Selection } from './library-index.ts';

/** A document's bit is set for each filter that it fails. */
export const FAILS = { category: 1, tag: 2, language: 4, type: 8, date: 16, quality: 32, metadata: 64 } as const;
const MAX_VALUES = 100;

/** The facet of a field is counted without the field's own filter. */
const OWN_FILTER = { category: FAILS.category, tag: FAILS.tag, language: FAILS.language, type: FAILS.type, year: FAILS.date };

export function select(
  attributes: Attributes,
  filters: SearchFilters,
  subtree: (category: string) => readonly string[],
): Selection | null {
  const { category, tag, language, type, after, before, minQuality, metadata } = filters;
  const selection = new Selecting(attributes);
  if (category?.length) {
    const all = category.flatMap((one) => [one, ...subtree(one)]);
    selection.column(FAILS.category, attributes.category, selection.labels('category', all));
  }
  if (language?.length) selection.column(FAILS.language, attributes.language, selection.labels('language', language));
  if (type?.length) selection.column(FAILS.type, attributes.type, selection.labels('type', type));
  if (tag?.length) selection.list(FAILS.tag, selection.labels('tag', tag));
  for (const [key, values] of Object.entries(metadata ?? {})) {
    const labels = values.map((value) => metadataLabel(key, value));
    if (values.length > 0) selection.list(FAILS.metadata, selection.labels('metadata', labels));
  }
  if (after !== undefined || before !== undefined) selection.dates(after ?? -Infinity, before ?? Infinity);
  if (minQuality !== undefined) selection.quality(minQuality);
  return selection.failures ? { failures: selection.failures } : null;
}

class Selecting {
  failures: Uint8Array | null = null;
  readonly #attributes: Attributes;

  constructor(attributes: Attributes) {
    this.#attributes = attributes;
  }

  /** By label: 1 where one of the values. */
  labels(kind: Parameters<Attributes['labelOf']>[0], values: readonly string[]): Uint8Array {
    const wanted = new Uint8Array(this.#attributes.labelCount);
    for (const value of values) {
      const label = this.#attributes.labelOf(kind, value);
      if (label !== NO_LABEL) wanted[label] = 1;
    }
    return wanted;
  }

  column(bit: number, column: Uint32Array, wanted: Uint8Array): void {
    const failures = this.#failures();
    for (let slot = 0; slot < failures.length; slot++)
      if (wanted[column[slot] as number] !== 1) failures[slot] = (failures[slot] as number) | bit;
  }

  list(bit: typeof FAILS.tag | typeof FAILS.metadata, wanted: Uint8Array): void {
    const failures = this.#failures();
    const { starts, tagCounts, metadataCounts, labels } = this.#attributes;
    for (let slot = 0; slot < failures.length; slot++) {
      const start = (starts[slot] as number) + (bit === FAILS.tag ? 0 : (tagCounts[slot] as number));
      const end = start + ((bit === FAILS.tag ? tagCounts : metadataCounts)[slot] as number);
      let at = start;
      while (at < end && wanted[labels[at] as number] !== 1) at++;
      if (at === end) failures[slot] = (failures[slot] as number) | bit;
    }
  }

  dates(after: number, before: number): void {
    const failures = this.#failures();
    const { createdAt } = this.#attributes;
    for (let slot = 0; slot < failures.length; slot++) {
      const time = createdAt[slot] as number;
      if (time < after || time >= before) failures[slot] = (failures[slot] as number) | FAILS.date;
    }
  }

  quality(least: number): void {
    const failures = this.#failures();
    const { quality } = this.#attributes;
    for (let slot = 0; slot < failures.length; slot++)
      if (!((quality[slot] as number) >= least)) failures[slot] = (failures[slot] as number) | FAILS.quality;
  }

  #failures(): Uint8Array {
    this.failures ??= new Uint8Array(this.#attributes.slots);
    return this.failures;
  }
}

export function facetsOf(
  attributes: Attributes,
  documents: Uint32Array,
  selection: Selection | null,
): Record<FacetName, readonly FacetValue[]> {
  const counts = { category: new Counts(), tag: new Counts(), language: new Counts(), type: new Counts() };
  const years = new Counts();
  const { category, language, type, createdAt, starts, tagCounts, labels } = attributes;
  for (const slot of documents) {
    const failures = selection ? (selection.failures[slot] as number) : 0;
    const counted = (facet: FacetName) => (failures & ~OWN_FILTER[facet]) === 0;
    if (counted('category')) counts.category.add(category[slot] as number);
    if (counted('language')) counts.language.add(language[slot] as number);
    if (counted('type')) counts.type.add(type[slot] as number);
    if (counted('year')) years.add(new Date(createdAt[slot] as number).getUTCFullYear());
    if (counted('tag')) {
      const start = starts[slot] as number;
      const end = start + (tagCounts[slot] as number);
      for (let at = start; at < end; at++) counts.tag.add(labels[at] as number);
    }
  }
  const named = (label: number) => attributes.valueOf(label);
  return {
    category: counts.category.values(named),
    tag: counts.tag.values(named),
    language: counts.language.values(named),
    type: counts.type.values(named),
    year: years.values(String),
  };
}

class Counts {
  readonly #counts = new Map<number, number>();

  add(key: number): void {
    if (key !== NO_LABEL) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** The most frequent first, equals in the order of their names. */
  values(name: (key: number) => string): FacetValue[] {
    const values = [...this.#counts].map(([key, count]) => ({ value: name(key), count }));
    values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
    return values.slice(0, MAX_VALUES);
  }
}
