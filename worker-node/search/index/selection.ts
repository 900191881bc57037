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

/** `counts` are by label, at least as many as there are, all 0; they are 0 again afterwards. */
export function facetsOf(
  attributes: Attributes,
  documents: Uint32Array,
  selection: Selection | null,
  counts: Uint32Array,
): Record<FacetName, readonly FacetValue[]> {
  const valuesOf = (facet: FacetName, counted: Uint32Array): readonly FacetValue[] => {
    const labels = facet === 'tag' ? countTags(attributes, counted, counts) : countColumn(attributes[facet], counted, counts);
    return mostFrequent(attributes, labels, counts);
  };
  const countedBy = (facet: FacetName) => (selection ? passing(documents, selection.failures, ~OWN_FILTER[facet]) : documents);
  return {
    category: valuesOf('category', countedBy('category')),
    tag: valuesOf('tag', countedBy('tag')),
    language: valuesOf('language', countedBy('language')),
    type: valuesOf('type', countedBy('type')),
    year: valuesOf('year', countedBy('year')),
  };
}

/** The documents that pass the filters of the bits. */
function passing(documents: Uint32Array, failures: Uint8Array, bits: number): Uint32Array {
  const slots = new Uint32Array(documents.length);
  let count = 0;
  for (let at = 0; at < documents.length; at++) {
    const slot = documents[at] as number;
    if (((failures[slot] as number) & bits) === 0) slots[count++] = slot;
  }
  return slots.subarray(0, count);
}

/** Counts the labels of a column, and returns those that it found. */
function countColumn(column: Uint32Array, documents: Uint32Array, counts: Uint32Array): number[] {
  const found: number[] = [];
  for (let at = 0; at < documents.length; at++) {
    const label = column[documents[at] as number] as number;
    if (label === NO_LABEL) continue;
    const before = counts[label] as number;
    if (before === 0) found.push(label);
    counts[label] = before + 1;
  }
  return found;
}

function countTags({ starts, tagCounts, labels }: Attributes, documents: Uint32Array, counts: Uint32Array): number[] {
  const found: number[] = [];
  for (let i = 0; i < documents.length; i++) {
    const slot = documents[i] as number;
    const start = starts[slot] as number;
    const end = start + (tagCounts[slot] as number);
    for (let at = start; at < end; at++) {
      const label = labels[at] as number;
      const before = counts[label] as number;
      if (before === 0) found.push(label);
      counts[label] = before + 1;
    }
  }
  return found;
}

/** The most frequent first, equals in the order of their names. Leaves the counts 0. */
function mostFrequent(attributes: Attributes, labels: readonly number[], counts: Uint32Array): FacetValue[] {
  const values = labels.map((label) => ({ value: attributes.valueOf(label), count: counts[label] as number }));
  for (const label of labels) counts[label] = 0;
  values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return values.slice(0, MAX_VALUES);
}
