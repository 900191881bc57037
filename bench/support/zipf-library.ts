/**
 * Libraries for the search benches: real words, frequent as in a language. Words of the built-in model's vocabulary come
 * first, about in the order of their frequency; words put together from two of them follow, up to 300,000.
 */
import { readFileSync } from 'node:fs';

const VOCABULARY = new URL('../../models/pharos-static-192/vocab.txt', import.meta.url);
const DISTINCT = 300_000;
const PER_DOCUMENT = 8;
const DAY = 24 * 60 * 60 * 1000;

export interface BenchDocument {
  readonly id: string;
  readonly title: string;
  readonly language: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly contentType: string;
  readonly createdAt: number;
  readonly qualityScore: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly chunks: readonly {
    readonly seq: number;
    readonly position: number;
    readonly text: string;
    readonly context: string;
    readonly embedding: Float32Array;
  }[];
}

/** Mulberry32: the same numbers in every run. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function readWords(next: () => number): string[] {
  const words = readFileSync(VOCABULARY, 'utf8')
    .split('\n')
    .filter((word) => /^[a-z]{2,}$/.test(word));
  const endings = words.filter(({ length }) => length <= 6);
  const distinct = new Set(words);
  while (distinct.size < DISTINCT) distinct.add(pick(words, next()) + pick(endings, next()));
  return [...distinct];
}

export class ZipfLibrary {
  readonly #next: () => number;
  readonly #words: readonly string[];
  readonly #vectors: readonly Float32Array[];
  #seq = 0;

  /** The vectors of chunks are these, each disturbed. */
  constructor(vectors: readonly Float32Array[], seed = 7) {
    this.#next = random(seed);
    this.#words = readWords(random(1));
    this.#vectors = vectors;
  }

  /** Zipf's law: the word of rank r is about 1 / r as frequent as the first. */
  word(): string {
    return this.#words[Math.floor(this.#words.length ** this.#next())] as string;
  }

  /** A word that is neither among the 100 most frequent nor rare. */
  contentWord(): string {
    return this.#words[100 + Math.floor(this.#next() ** 2 * 20_000)] as string;
  }

  /** Words that neither are frequent nor rare, followed by some of the 100 most frequent. */
  question(content: number, frequent: number): string {
    const words = Array.from({ length: content }, () => this.contentWord());
    return [...words, ...Array.from({ length: frequent }, () => pick(this.#words.slice(0, 100), this.#next()))].join(' ');
  }

  gaussian(): number {
    return Math.sqrt(-2 * Math.log(this.#next() + 1e-12)) * Math.cos(2 * Math.PI * this.#next());
  }

  /** A vector near one of those given, of length 1: the disturbance is half as long as the vector. */
  vector(): Float32Array {
    const base = pick(this.#vectors, this.#next());
    const spread = 0.5 / Math.sqrt(base.length);
    const raw = base.map((value) => value + spread * this.gaussian());
    const norm = Math.hypot(...raw);
    return raw.map((value) => value / norm);
  }

  text(words: number): string {
    return Array.from({ length: words }, () => this.word()).join(' ');
  }

  document(id: string): BenchDocument {
    const title = Array.from({ length: 6 }, () => this.contentWord()).join(' ');
    const one = <T>(list: readonly T[]) => pick(list, this.#next() ** 2);
    const chunks = Array.from({ length: PER_DOCUMENT }, (_, position) => {
      // Chunks of the pipeline have about 200 words; the last one of a document has what is left.
      const isLast = position === PER_DOCUMENT - 1;
      const words = isLast ? 20 + Math.floor(180 * this.#next()) : Math.round(200 + 20 * this.gaussian());
      return { seq: ++this.#seq, position, text: this.text(words), context: title, embedding: this.vector() };
    });
    return {
      ...{ id, title, language: one(['en', 'de', 'fr']), category: one(CATEGORIES), tags: [one(TAGS), one(TAGS)], chunks },
      ...{ contentType: one(['text/html', 'application/pdf', 'text/plain']), qualityScore: this.#next() },
      ...{ createdAt: Date.UTC(2020, 0, 1) + Math.floor(this.#next() * 2_000) * DAY, metadata: { team: one(TAGS) } },
    };
  }
}

const CATEGORIES = Array.from({ length: 12 }, (_, i) => `category-${i}`);
const TAGS = Array.from({ length: 60 }, (_, i) => `tag-${i}`);

function pick<T>(list: readonly T[], part: number): T {
  return list[Math.min(list.length - 1, Math.floor(part * list.length))] as T;
}
