/** What the index keeps of each chunk, by slot. */
import { grown } from './grown.ts';
import type { SectionReader, SectionWriter } from './sections.ts';

const NONE = 0xffff_ffff;
const MAX_LENGTH = 0xffff;

interface Chunk {
  readonly seq: number;
  /** The document's chunk before this one, if it has one. */
  readonly previous: number | undefined;
}

export class ChunkTable {
  live: Uint8Array = new Uint8Array(64);
  /** Chunks that are live, or will be once all of their document is here. */
  held: Uint8Array = new Uint8Array(64);
  /** Words of the text, and of title and headings. */
  textLengths: Uint16Array = new Uint16Array(64);
  contextLengths: Uint16Array = new Uint16Array(64);
  count = 0;
  totalText = 0;
  totalContext = 0;
  /** The document of a live chunk. */
  documents: Uint32Array = new Uint32Array(64);
  #seqs: Float64Array = new Float64Array(64);
  #next: Uint32Array = new Uint32Array(64);

  get bytes(): number {
    return this.live.length * (1 + 1 + 2 + 2 + 4 + 8 + 4);
  }

  /** Adds a chunk that no search finds before `show`. */
  add(slot: number, { seq, previous }: Chunk): void {
    if (slot >= this.live.length) this.#grow(slot + 1);
    this.held[slot] = 1;
    this.textLengths[slot] = 0;
    this.contextLengths[slot] = 0;
    this.#seqs[slot] = seq;
    this.#next[slot] = NONE;
    if (previous !== undefined) this.#next[previous] = slot;
  }

  setLengths(slot: number, text: number, context: number): void {
    this.textLengths[slot] = Math.min(text, MAX_LENGTH);
    this.contextLengths[slot] = Math.min(context, MAX_LENGTH);
  }

  show(slot: number, document: number): void {
    this.live[slot] = 1;
    this.documents[slot] = document;
    this.totalText += this.textLengths[slot] as number;
    this.totalContext += this.contextLengths[slot] as number;
    this.count++;
  }

  remove(slot: number): void {
    this.live[slot] = 0;
    this.held[slot] = 0;
    this.totalText -= this.textLengths[slot] as number;
    this.totalContext -= this.contextLengths[slot] as number;
    this.count--;
  }

  isLive(slot: number): boolean {
    return this.live[slot] === 1;
  }

  documentOf(slot: number): number {
    return this.documents[slot] as number;
  }

  seqOf(slot: number): number {
    return this.#seqs[slot] as number;
  }

  nextOf(slot: number): number | undefined {
    const next = this.#next[slot] as number;
    return next === NONE ? undefined : next;
  }

  write(writer: SectionWriter, slots: number): void {
    const { count, totalText, totalContext } = this;
    writer.addJson('chunks', { count, totalText, totalContext });
    writer.add('chunks.live', this.live.subarray(0, slots));
    writer.add('chunks.textLengths', this.textLengths.subarray(0, slots));
    writer.add('chunks.contextLengths', this.contextLengths.subarray(0, slots));
    writer.add('chunks.documents', this.documents.subarray(0, slots));
    writer.add('chunks.seqs', this.#seqs.subarray(0, slots));
    writer.add('chunks.next', this.#next.subarray(0, slots));
  }

  static read(reader: SectionReader): ChunkTable {
    const table = new ChunkTable();
    Object.assign(table, reader.json<{ count: number; totalText: number; totalContext: number }>('chunks'));
    table.live = reader.bytes('chunks.live');
    table.held = table.live.slice();
    table.textLengths = reader.uint16('chunks.textLengths');
    table.contextLengths = reader.uint16('chunks.contextLengths');
    table.documents = reader.uint32('chunks.documents');
    table.#seqs = reader.float64('chunks.seqs');
    table.#next = reader.uint32('chunks.next');
    return table;
  }

  #grow(length: number): void {
    this.live = grown(this.live, length);
    this.held = grown(this.held, length);
    this.textLengths = grown(this.textLengths, length);
    this.contextLengths = grown(this.contextLengths, length);
    this.documents = grown(this.documents, length);
    this.#seqs = grown(this.#seqs, length);
    this.#next = grown(this.#next, length);
  }
}
