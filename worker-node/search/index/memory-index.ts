/** The index of a library, put together from its parts. */
import type { SearchFilters } from '../../../src/kernel/search/search-request.ts';
import { Attributes } from './attributes.ts';
import { Bm25 } from './bm25.ts';
import { OccurrenceReader } from './chunk-occurrences.ts';
import { ChunkTable } from './chunk-table.ts';
import { countingDeadBytes } from './dead-bytes.ts';
import { grown } from './grown.ts';
import type {
  DocumentAttributes,
  IndexedChunk,
  IndexedDocument,
  IndexParts,
  IndexVectors,
  LibraryIndex,
  PhraseTerm,
  Selection,
  TermGroup,
  Vocabulary,
  WordOptions,
  WordScores,
} from './library-index.ts';
import { PhraseSearch } from './phrase.ts';
import { PostingBlocks } from './posting-blocks.ts';
import { SectionReader, SectionWriter } from './sections.ts';
import { facetsOf, select } from './selection.ts';
import { TextReader } from './text-reader.ts';
import { TokenColumns } from './token-columns.ts';
import { Words } from './words.ts';

interface Columns {
  readonly attributes: Attributes;
  readonly chunks: ChunkTable;
  readonly blocks: PostingBlocks;
  readonly vectors: IndexVectors | null;
}

export class MemoryIndex implements LibraryIndex {
  readonly #parts: IndexParts;
  readonly #attributes: Attributes;
  readonly #chunks: ChunkTable;
  readonly #blocks: PostingBlocks;
  readonly #bm25: Bm25;
  readonly #phrases: PhraseSearch;
  readonly #words: Words;
  readonly #reader: TextReader;
  readonly #occurrences = new OccurrenceReader();
  /** Chunks of a document that is being put. */
  #hidden: number[] = [];
  readonly #text = new TokenColumns();
  readonly #context = new TokenColumns();
  #vectors: IndexVectors | null;
  #deadBytes = 0;
  /** Chunks that were removed since the dead bytes were counted. A snapshot does not say them. */
  #removedSince: number;
  #noCosines = new Float32Array(0);
  #labelCounts: Uint32Array = new Uint32Array(0);
  #liveDocuments: Uint32Array | null = null;
  #languages: { readonly all: readonly string[]; readonly main: readonly string[] } | null = null;

  constructor(parts: IndexParts, from?: { reader: SectionReader; columns: Columns }) {
    this.#parts = parts;
    this.#attributes = from?.columns.attributes ?? new Attributes();
    this.#chunks = from?.columns.chunks ?? new ChunkTable();
    this.#blocks = from?.columns.blocks ?? new PostingBlocks();
    this.#vectors = from?.columns.vectors ?? null;
    this.#removedSince = from ? Infinity : 0;
    const idOf = (term: string) => this.#words.termOf(term);
    this.#bm25 = new Bm25(this.#chunks, this.#blocks, idOf);
    this.#phrases = new PhraseSearch(this.#blocks, idOf);
    const frequencyOf = (term: number) => this.#bm25.frequency(term);
    this.#words = from ? Words.read(from.reader, frequencyOf) : new Words(frequencyOf);
    this.#reader = new TextReader(parts.analysis, this.#words);
  }

  get documents(): number {
    return this.#attributes.count;
  }

  get chunks(): number {
    return this.#chunks.count;
  }

  get documentSlots(): number {
    return this.#attributes.slots;
  }

  get chunkSlots(): number {
    return this.#blocks.slots;
  }

  get bytes(): number {
    const parts = [this.#attributes, this.#chunks, this.#blocks, this.#bm25, this.#words, this.#reader];
    return parts.reduce((sum, { bytes }) => sum + bytes, (this.#vectors?.bytes ?? 0) + this.#labelCounts.byteLength);
  }

  get deadBytes(): number {
    return this.#deadBytes;
  }

  get languages(): readonly string[] {
    return this.#countedLanguages().all;
  }

  get mainLanguages(): readonly string[] {
    return this.#countedLanguages().main;
  }

  get vocabulary(): Vocabulary {
    return this.#words;
  }

  put(document: IndexedDocument): void {
    for (const _ of this.putting(document));
  }

  *putting(document: IndexedDocument): Generator<void, void> {
    if (this.#hidden.length > 0) throw new Error('another document has been put in part');
    this.#checkVectors(document);
    let previous: number | undefined;
    let context: string | undefined;
    for (const chunk of document.chunks) {
      if (this.#hidden.length % CHUNKS_A_STEP === CHUNKS_A_STEP - 1) yield;
      if (chunk.context !== context) this.#reader.read(chunk.context, document.language, this.#context);
      context = chunk.context;
      const slot = yield* this.#blocks.allocating(this.#chunks.held);
      this.#hidden.push(slot);
      this.#chunks.add(slot, { seq: chunk.seq, previous });
      previous = slot;
      this.#reader.read(chunk.text, document.language, this.#text);
      // A short text may be its own title, which says nothing more.
      const said = this.#text.hasTermsOf(this.#context) ? null : this.#context;
      const read = this.#occurrences.read(this.#words, this.#text, said);
      this.#blocks.add(slot, read);
      this.#chunks.setLengths(slot, read.textLength, read.contextLength);
      this.#setVector(slot, chunk.embedding);
    }
    this.remove(document.id);
    if (this.#hidden.length > 0) this.#show(document);
  }

  /** Makes the document of the hidden chunks one that searches find, in one step. */
  #show(document: IndexedDocument): void {
    this.#forget();
    const slot = this.#attributes.add(document);
    this.#attributes.firstChunks[slot] = this.#hidden[0] as number;
    for (const chunk of this.#hidden) {
      this.#chunks.show(chunk, slot);
      this.#blocks.show(chunk);
    }
    this.#hidden = [];
  }

  remove(documentId: string): void {
    const slot = this.#attributes.slotOf(documentId);
    if (slot === undefined) return;
    this.#forget();
    for (const chunk of this.chunksOf(slot)) {
      this.#chunks.remove(chunk);
      this.#blocks.remove(chunk);
      this.#vectors?.set(chunk, null);
      this.#removedSince++;
    }
    this.#attributes.remove(slot);
  }

  settle(): void {
    for (const _ of this.settling());
  }

  *settling(): Generator<void, void> {
    yield* this.#blocks.settling(this.#chunks.held);
    this.#attributes.settle();
    this.#reader.settle();
    this.#words.settle();
    if (this.#removedSince > Math.max(MIN_REMOVED, this.chunks * REMOVED_SHARE)) yield* this.#countDead();
  }

  *#countDead(): Generator<void, void> {
    const columns = { attributes: this.#attributes, chunks: this.#chunks, blocks: this.#blocks, bm25: this.#bm25 };
    this.#deadBytes = yield* countingDeadBytes({ ...columns, words: this.#words, vectors: this.#vectors });
    this.#removedSince = 0;
  }

  purging(): Generator<void, boolean> {
    return this.#blocks.purging(this.#chunks.held);
  }

  words(groups: readonly TermGroup[], options: WordOptions = {}): WordScores {
    return this.#bm25.search(groups, options);
  }

  phrase(terms: readonly PhraseTerm[]): Uint8Array {
    return this.#phrases.search(terms, this.#chunks.live);
  }

  meaning(vector: Float32Array): Float32Array {
    const slots = this.chunkSlots;
    if (this.#vectors) {
      this.#checkLength(vector);
      const cosines = this.#vectors.cosines(vector, slots);
      for (const slot of this.#hidden) cosines[slot] = 0;
      return cosines;
    }
    if (this.#noCosines.length < slots) this.#noCosines = new Float32Array(slots);
    return this.#noCosines.subarray(0, slots);
  }

  vectorOf(chunkSlot: number): Float32Array | null {
    return this.#vectors?.get(chunkSlot) ?? null;
  }

  select(filters: SearchFilters, subtree: (category: string) => readonly string[]): Selection | null {
    return select(this.#attributes, filters, subtree);
  }

  facets(documentSlots: Uint32Array, selection: Selection | null) {
    const { labelCount } = this.#attributes;
    if (this.#labelCounts.length < labelCount) this.#labelCounts = grown(this.#labelCounts, labelCount);
    return facetsOf(this.#attributes, documentSlots, selection, this.#labelCounts);
  }

  get liveDocuments(): Uint32Array {
    this.#liveDocuments ??= this.#attributes.live();
    return this.#liveDocuments;
  }

  get documentColumn(): Uint32Array {
    return this.#chunks.documents;
  }

  documentOf(chunkSlot: number): number {
    return this.#chunks.documentOf(chunkSlot);
  }

  chunksOf(documentSlot: number): number[] {
    const slots: number[] = [];
    let slot = this.#attributes.firstChunks[documentSlot];
    for (; slot !== undefined; slot = this.#chunks.nextOf(slot)) slots.push(slot);
    return slots;
  }

  seqOf(chunkSlot: number): number {
    return this.#chunks.seqOf(chunkSlot);
  }

  isLive(chunkSlot: number): boolean {
    return this.#chunks.isLive(chunkSlot);
  }

  idOf(documentSlot: number): string {
    return this.#attributes.idOf(documentSlot);
  }

  slotOf(documentId: string): number | undefined {
    return this.#attributes.slotOf(documentId);
  }

  attributesOf(documentSlot: number): DocumentAttributes {
    return this.#attributes.of(documentSlot);
  }

  createdAtOf(documentSlot: number): number {
    return this.#attributes.createdAt[documentSlot] as number;
  }

  compareTitles(documentSlot: number, other: number): number {
    return this.#attributes.compareTitles(documentSlot, other);
  }

  *encoding(): Generator<void, Uint8Array[]> {
    const writer = new SectionWriter();
    yield* this.#blocks.packingAll(this.#chunks.held);
    // What only removed documents said is not to be read in the file.
    const held = new Uint8Array(this.#words.size);
    yield* this.#blocks.markingTerms(held);
    const numbers = this.#words.numbersWith(held);
    yield* this.#blocks.writing(writer, numbers);
    this.#attributes.write(writer);
    this.#chunks.write(writer, this.chunkSlots);
    yield;
    yield* this.#words.writing(writer, numbers);
    yield;
    writer.addJson('vectors', { dimensions: this.#vectors?.dimensions ?? 0 });
    if (this.#vectors) writer.addConstant('vectors.encoded', this.#vectors.encode(this.chunkSlots));
    yield;
    return yield* writer.finish();
  }

  static decode(parts: IndexParts, file: Uint8Array): MemoryIndex {
    const reader = new SectionReader(file);
    const { dimensions } = reader.json<{ dimensions: number }>('vectors');
    const columns: Columns = {
      attributes: Attributes.read(reader),
      chunks: ChunkTable.read(reader),
      blocks: PostingBlocks.read(reader),
      vectors: dimensions > 0 ? parts.createVectors(dimensions, reader.bytes('vectors.encoded')) : null,
    };
    return new MemoryIndex(parts, { reader, columns });
  }

  #countedLanguages() {
    if (this.#languages) return this.#languages;
    const counted = this.#attributes.languages();
    const least = this.documents * MAIN_SHARE;
    const main = counted.filter(({ documents }) => documents >= least);
    const names = (some: typeof counted) => some.map(({ language }) => language);
    this.#languages = { all: names(counted), main: names(main) };
    return this.#languages;
  }

  /** What is derived from all documents, and made anew when it is asked for. */
  #forget(): void {
    this.#languages = null;
    this.#liveDocuments = null;
    this.#bm25.forget();
  }

  #setVector(slot: number, embedding: IndexedChunk['embedding']): void {
    if (embedding) this.#vectors ??= this.#parts.createVectors(embedding.length);
    this.#vectors?.set(slot, embedding);
  }

  /** Throws before anything is changed. */
  #checkVectors({ chunks }: IndexedDocument): void {
    const dimensions = this.#vectors?.dimensions ?? chunks.find(({ embedding }) => embedding)?.embedding?.length;
    const odd = chunks.find(({ embedding }) => embedding && embedding.length !== dimensions)?.embedding;
    if (odd) throw new RangeError(`an index of vectors with ${dimensions} values was given one with ${odd.length}`);
    if (!chunks.every(({ embedding }) => embedding?.every(Number.isFinite) ?? true))
      throw new RangeError('a vector has an element that is not finite');
  }

  #checkLength(vector: Float32Array): void {
    const dimensions = this.#vectors?.dimensions;
    if (vector.length !== dimensions)
      throw new RangeError(`an index of vectors with ${dimensions} values was asked with one of ${vector.length}`);
  }
}

const MAIN_SHARE = 1 / 20;
const CHUNKS_A_STEP = 32;
/** Dead bytes are counted anew once more chunks than these, and than this part of the others, were removed. */
const MIN_REMOVED = 64;
const REMOVED_SHARE = 1 / 8;

export function createLibraryIndex(parts: IndexParts): LibraryIndex {
  return new MemoryIndex(parts);
}
