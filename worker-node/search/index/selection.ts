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
  const facet = () => new LabelCounts(counts);
  const found = { category: facet(), tag: facet(), language: facet(), type: facet() };
  const years = new Years();
  const failures = selection?.failures;
  const { category, language, type, createdAt, starts, tagCounts, labels } = attributes;
  for (let i = 0; i < documents.length; i++) {
    const slot = documents[i] as number;
    const failed = failures === undefined ? 0 : (failures[slot] as number);
    if ((failed & ~OWN_FILTER.category) === 0) found.category.add(category[slot] as number);
    if ((failed & ~OWN_FILTER.language) === 0) found.language.add(language[slot] as number);
    if ((failed & ~OWN_FILTER.type) === 0) found.type.add(type[slot] as number);
    if ((failed & ~OWN_FILTER.year) === 0) years.add(createdAt[slot] as number);
    if ((failed & ~OWN_FILTER.tag) === 0) {
      const start = starts[slot] as number;
      const end = start + (tagCounts[slot] as number);
      for (let at = start; at < end; at++) found.tag.add(labels[at] as number);
    }
  }
  const valuesOf = (of: LabelCounts) => mostFrequent(of.take().map(([label, count]) => [attributes.valueOf(label), count]));
  return {
    category: valuesOf(found.category),
    tag: valuesOf(found.tag),
    language: valuesOf(found.language),
    type: valuesOf(found.type),
    year: mostFrequent(years.take()),
  };
}

/** A label is of one facet, so that all facets count in one array. */
class LabelCounts {
  readonly #counts: Uint32Array;
  readonly #labels: number[] = [];

  constructor(counts: Uint32Array) {
    this.#counts = counts;
  }

  add(label: number): void {
    if (label === NO_LABEL) return;
    const before = this.#counts[label] as number;
    if (before === 0) this.#labels.push(label);
    this.#counts[label] = before + 1;
  }

  /** Leaves the counts 0. */
  take(): [label: number, count: number][] {
    return this.#labels.map((label) => {
      const count = this.#counts[label] as number;
      this.#counts[label] = 0;
      return [label, count];
    });
  }
}

/** Documents of one year mostly stand together. */
class Years {
  readonly #counts = new Map<number, number>();
  #year = 0;
  #start = Number.POSITIVE_INFINITY;
  #end = Number.NEGATIVE_INFINITY;
  #count = 0;

  add(time: number): void {
    if (time < this.#start || time >= this.#end) this.#turnTo(new Date(time).getUTCFullYear());
    this.#count++;
  }

  take(): [year: string, count: number][] {
    this.#note();
    return [...this.#counts].map(([year, count]) => [String(year), count]);
  }

  #turnTo(year: number): void {
    this.#note();
    this.#year = year;
    this.#start = startOf(year);
    this.#end = startOf(year + 1);
  }

  #note(): void {
    if (this.#count > 0) this.#counts.set(this.#year, (this.#counts.get(this.#year) ?? 0) + this.#count);
    this.#count = 0;
  }
}

/** `Date.UTC` takes the years 0 to 99 for those of the last century. */
const startOf = (year: number): number => new Date(0).setUTCFullYear(year, 0, 1);

/** The most frequent first, equals in the order of their names. */
function mostFrequent(counts: readonly (readonly [value: string, count: number])[]): FacetValue[] {
  const values = counts.map(([value, count]) => ({ value, count }));
  values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return values.slice(0, MAX_VALUES);
}
