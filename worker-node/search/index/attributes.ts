/** What filters, facets and sorting need of each document, in columns by slot. */
import { titleKeyOf } from '../../../src/kernel/model/title-key.ts';
import { grown } from './grown.ts';
import type { DocumentAttributes, IndexedDocument } from './library-index.ts';
import { renumbering } from './renumbering.ts';
import type { SectionReader, SectionWriter } from './sections.ts';
import { StringTable } from './string-table.ts';

/** What a label stands for, the first letter of its string. */
export const KINDS = { category: 'c', tag: 'g', language: 'l', type: 't', year: 'y', metadata: 'm' } as const;
export type Kind = keyof typeof KINDS;

/** Of a document's id, its place in the map of ids, and the heads of its title and of the key that it is sorted by. */
const BYTES_OF_STRINGS = 150;
const BYTES_OF_COLUMNS = 4 * 8 + 8 * 2;

/** The label of no value. */
export const NO_LABEL = 0xffff_ffff;

interface Titles {
  readonly ids: (string | null)[];
  readonly titles: (string | null)[];
}

export class Attributes {
  /** Live documents. */
  count = 0;
  /** Slots from here on were never given out. */
  slots = 0;
  category: Uint32Array = new Uint32Array(16);
  language: Uint32Array = new Uint32Array(16);
  type: Uint32Array = new Uint32Array(16);
  /** Of `createdAt`, in UTC. */
  year: Uint32Array = new Uint32Array(16);
  createdAt: Float64Array = new Float64Array(16);
  /** NaN without a score. */
  quality: Float64Array = new Float64Array(16);
  /** Where a document's tags begin in `labels`, how many they are, and how many labels of its metadata follow. */
  starts: Uint32Array = new Uint32Array(16);
  tagCounts: Uint32Array = new Uint32Array(16);
  metadataCounts: Uint32Array = new Uint32Array(16);
  labels: Uint32Array = new Uint32Array(32);
  firstChunks: Uint32Array = new Uint32Array(16);
  #titleUnits = 0;
  #labelsUsed = 0;
  #labelsLive = 0;
  #strings = new StringTable();
  #ids: (string | null)[] = [];
  #titles: (string | null)[] = [];
  #titleKeys: (string | undefined)[] = [];
  readonly #yearLabels = new Map<number, number>();
  readonly #slotById = new Map<string, number>();
  #free: number[] = [];

  get bytes(): number {
    const strings = this.#titleUnits + this.#ids.length * BYTES_OF_STRINGS;
    return this.category.length * BYTES_OF_COLUMNS + this.labels.byteLength + this.#strings.bytes + strings;
  }

  get labelCount(): number {
    return this.#strings.size;
  }

  add(document: IndexedDocument): number {
    const slot = this.#free.pop() ?? this.slots++;
    if (slot >= this.category.length) this.#grow(slot + 1);
    const { category, language, contentType, tags, metadata } = document;
    this.category[slot] = this.#intern('category', category);
    this.language[slot] = this.#intern('language', language);
    this.type[slot] = this.#intern('type', contentType);
    this.createdAt[slot] = document.createdAt;
    this.year[slot] = this.#yearLabel(document.createdAt);
    this.quality[slot] = document.qualityScore ?? Number.NaN;
    const tagLabels = new Set(tags.map((tag) => this.#intern('tag', tag)));
    const metadataLabels = new Set(metadataValues(metadata).map((value) => this.#intern('metadata', value)));
    this.starts[slot] = this.#labelsUsed;
    this.tagCounts[slot] = tagLabels.size;
    this.metadataCounts[slot] = metadataLabels.size;
    this.labels = grown(this.labels, this.#labelsUsed + tagLabels.size + metadataLabels.size);
    for (const label of [...tagLabels, ...metadataLabels]) this.labels[this.#labelsUsed++] = label;
    this.#labelsLive += tagLabels.size + metadataLabels.size;
    this.#ids[slot] = document.id;
    this.#titles[slot] = document.title;
    this.#titleKeys[slot] = undefined;
    this.#titleUnits += document.title?.length ?? 0;
    this.#slotById.set(document.id, slot);
    this.count++;
    return slot;
  }

  remove(slot: number): void {
    this.#slotById.delete(this.idOf(slot));
    this.#titleUnits -= this.#titles[slot]?.length ?? 0;
    this.#ids[slot] = null;
    this.#titles[slot] = null;
    this.#labelsLive -= (this.tagCounts[slot] as number) + (this.metadataCounts[slot] as number);
    this.#free.push(slot);
    this.count--;
  }

  /** Drops the labels of documents that were removed, once they are more than the others. */
  settle(): void {
    if (this.#labelsUsed <= 64 || this.#labelsUsed < this.#labelsLive * 2) return;
    const kept = new Uint32Array(this.#labelsLive);
    let used = 0;
    for (const slot of this.#slotById.values()) {
      const start = this.starts[slot] as number;
      const labels = this.labels.subarray(
        start,
        start + (this.tagCounts[slot] as number) + (this.metadataCounts[slot] as number),
      );
      kept.set(labels, used);
      this.starts[slot] = used;
      used += labels.length;
    }
    this.labels = kept;
    this.#labelsUsed = used;
  }

  /** What free slots take, and labels that no live document has. */
  deadBytes(): number {
    const { size } = this.#strings;
    const dead = this.#liveLabels().reduce((sum, one) => sum - one, size);
    return (this.#strings.bytes * dead) / Math.max(1, size) + this.#free.length * (BYTES_OF_COLUMNS + BYTES_OF_STRINGS);
  }

  isLive(slot: number): boolean {
    return this.#ids[slot] != null;
  }

  /** Slots of the live documents, ascending. */
  live(): Uint32Array {
    const slots = new Uint32Array(this.count);
    let count = 0;
    for (let slot = 0; slot < this.slots; slot++) if (this.#ids[slot] != null) slots[count++] = slot;
    return slots;
  }

  idOf(slot: number): string {
    const id = this.#ids[slot];
    if (id == null) throw new RangeError(`no document has slot ${slot}`);
    return id;
  }

  slotOf(id: string): number | undefined {
    return this.#slotById.get(id);
  }

  /** NO_LABEL where no document has had the value. */
  labelOf(kind: Kind, value: string): number {
    const label = this.#strings.idOf(KINDS[kind] + value);
    return label < 0 ? NO_LABEL : label;
  }

  valueOf(label: number): string {
    return this.#strings.get(label).slice(1);
  }

  of(slot: number): DocumentAttributes {
    const value = (label: number | undefined) => (label === undefined || label === NO_LABEL ? null : this.valueOf(label));
    const start = this.starts[slot] as number;
    const quality = this.quality[slot] as number;
    return {
      title: this.#titles[slot] ?? null,
      language: value(this.language[slot]),
      category: value(this.category[slot]),
      tags: Array.from(this.labels.subarray(start, start + (this.tagCounts[slot] as number)), (label) => this.valueOf(label)),
      contentType: value(this.type[slot]),
      createdAt: this.createdAt[slot] as number,
      qualityScore: Number.isNaN(quality) ? null : quality,
    };
  }

  /** Languages of live documents, the most frequent first, with the number of their documents. */
  languages(): { language: string; documents: number }[] {
    const counts = new Map<number, number>();
    for (const slot of this.#slotById.values()) {
      const label = this.language[slot] as number;
      if (label !== NO_LABEL) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1]).map(([label, documents]) => ({ language: this.valueOf(label), documents }));
  }

  compareTitles(slot: number, other: number): number {
    const key = this.#titleKeyOf(slot);
    const otherKey = this.#titleKeyOf(other);
    if (key === otherKey) return 0;
    if (key === '') return 1;
    if (otherKey === '') return -1;
    return key < otherKey ? -1 : 1;
  }

  /** Labels that no live document has are left out. */
  write(writer: SectionWriter): void {
    const live = this.#liveLabels();
    const numbers = renumbering(this.#strings.size, (label) => live[label] === 1);
    const written = (labels: Uint32Array) =>
      numbers ? labels.map((label) => (label === NO_LABEL ? NO_LABEL : (numbers[label] as number))) : labels;
    for (const _ of this.#strings.writing(writer, 'labels', numbers));
    const titles: Titles = { ids: this.#ids, titles: this.#titles };
    writer.addJson('documents', titles);
    for (const column of WRITTEN_LABELS) writer.add(`documents.${column}`, written(this[column].subarray(0, this.slots)));
    for (const column of OTHER_COLUMNS) writer.add(`documents.${column}`, this[column].subarray(0, this.slots));
    writer.add('documents.labels', written(this.labels.subarray(0, this.#labelsUsed)));
  }

  static read(reader: SectionReader): Attributes {
    const attributes = new Attributes();
    const { ids, titles } = reader.json<Titles>('documents');
    attributes.#strings = StringTable.read(reader, 'labels');
    attributes.#ids = ids;
    attributes.#titles = titles;
    attributes.#titleUnits = titles.reduce((sum, title) => sum + (title?.length ?? 0), 0);
    attributes.slots = ids.length;
    for (const column of INTEGER_COLUMNS) attributes[column] = reader.uint32(`documents.${column}`);
    for (const column of FLOAT_COLUMNS) attributes[column] = reader.float64(`documents.${column}`);
    attributes.year = Uint32Array.from(attributes.createdAt, (time) => attributes.#yearLabel(time));
    attributes.labels = reader.uint32('documents.labels');
    attributes.#labelsUsed = attributes.labels.length;
    for (const [slot, id] of ids.entries()) {
      if (id === null) attributes.#free.push(slot);
      else {
        attributes.#slotById.set(id, slot);
        attributes.#labelsLive += (attributes.tagCounts[slot] as number) + (attributes.metadataCounts[slot] as number);
      }
    }
    attributes.count = attributes.#slotById.size;
    return attributes;
  }

  /** By label: 1 where a live document has it. */
  #liveLabels(): Uint8Array {
    const live = new Uint8Array(this.#strings.size);
    for (const slot of this.#slotById.values()) {
      for (const column of LABEL_COLUMNS) {
        const label = this[column][slot] as number;
        if (label !== NO_LABEL) live[label] = 1;
      }
      const start = this.starts[slot] as number;
      const end = start + (this.tagCounts[slot] as number) + (this.metadataCounts[slot] as number);
      for (let at = start; at < end; at++) live[this.labels[at] as number] = 1;
    }
    return live;
  }

  #titleKeyOf(slot: number): string {
    this.#titleKeys[slot] ??= titleKeyOf(this.#titles[slot] ?? '');
    return this.#titleKeys[slot] as string;
  }

  #intern(kind: Kind, value: string | null): number {
    return value === null ? NO_LABEL : this.#strings.add(KINDS[kind] + value);
  }

  #yearLabel(time: number): number {
    const year = new Date(time).getUTCFullYear();
    let label = this.#yearLabels.get(year);
    if (label === undefined) {
      label = this.#intern('year', String(year));
      this.#yearLabels.set(year, label);
    }
    return label;
  }

  #grow(length: number): void {
    for (const column of INTEGER_COLUMNS) this[column] = grown(this[column], length);
    this.year = grown(this.year, length);
    for (const column of FLOAT_COLUMNS) this[column] = grown(this[column], length);
  }
}

const WRITTEN_LABELS = ['category', 'language', 'type'] as const;
/** The year is derived from the time. */
const LABEL_COLUMNS = [...WRITTEN_LABELS, 'year'] as const;
const PLACES = ['starts', 'tagCounts', 'metadataCounts', 'firstChunks'] as const;
const INTEGER_COLUMNS = [...WRITTEN_LABELS, ...PLACES] as const;
const FLOAT_COLUMNS = ['createdAt', 'quality'] as const;
const OTHER_COLUMNS = [...PLACES, ...FLOAT_COLUMNS] as const;

/** `key\0value` of every string, number and boolean, alone or in a list. */
function metadataValues(metadata: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(metadata).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean')
      .map((one) => metadataLabel(key, String(one))),
  );
}

export function metadataLabel(key: string, value: string): string {
  return `${key}\0${value}`;
}
